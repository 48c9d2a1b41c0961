using System.Globalization;
using System.Text;

namespace MarketLoop.Learning.Content;

/// <summary>
/// Cuts Chinese and English text into terms: pairs of neighbouring Han characters, and words in lower case without accents, frequent
/// words and English plural endings.
/// </summary>
/// <remarks>
/// Bigrams need no dictionary and rank about as well as words when texts are compared (Nie, Gao, Zhang and Zhou, IRAL 2000). The
/// stemmer is Harman's S-stemmer ("How effective is suffixing?", JASIS 42, 1991): it errs seldom, which matters more in short titles than reach.
/// </remarks>
internal static class TextTerms
{
    private static readonly HashSet<string> Frequent = new(StringComparer.Ordinal)
    {
        "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "its", "of", "on", "or", "our", "that", "the", "this", "to", "with", "you", "your",
    };

    // Particles that join words but say nothing; a pair with one of them is no term.
    private const string Particles = "的了和与及在是为也就都而或";

    /// <summary>Terms in the order of the text, repeats kept.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var plain = Folded(text);
        for (var i = 0; i < plain.Length;)
        {
            var start = i;
            if (IsHan(plain[i]))
            {
                while (i < plain.Length && IsHan(plain[i]))
                {
                    i++;
                }

                foreach (var term in Pairs(plain, start, i))
                {
                    yield return term;
                }
            }
            else if (char.IsLetterOrDigit(plain[i]))
            {
                while (i < plain.Length && char.IsLetterOrDigit(plain[i]) && !IsHan(plain[i]))
                {
                    i++;
                }

                var word = plain[start..i];
                if (!Frequent.Contains(word))
                {
                    yield return Stem(word);
                }
            }
            else
            {
                i++;
            }
        }
    }

    private static IEnumerable<string> Pairs(string text, int start, int end)
    {
        if (end - start == 1 && !Particles.Contains(text[start]))
        {
            yield return text[start..end];
        }

        for (var i = start; i + 1 < end; i++)
        {
            if (!Particles.Contains(text[i]) && !Particles.Contains(text[i + 1]))
            {
                yield return text[i..(i + 2)];
            }
        }
    }

    // Compatibility forms (full-width letters) become plain ones, accents fall off, case goes.
    private static string Folded(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var character in WellFormed(text).Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(character) != UnicodeCategory.NonSpacingMark)
            {
                folded.Append(char.ToLowerInvariant(character));
            }
        }

        return folded.ToString();
    }

    // Normalisation refuses half surrogate pairs, which dirty feeds do contain.
    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static bool IsHan(char character) => character is (>= '\u4e00' and <= '\u9fff') or (>= '\u3400' and <= '\u4dbf');

    private static string Stem(string word)
    {
        if (word.Length > 4 && word.EndsWith("ies", StringComparison.Ordinal) && !word.EndsWith("eies", StringComparison.Ordinal) && !word.EndsWith("aies", StringComparison.Ordinal))
        {
            return word[..^3] + "y";
        }

        if (word.Length > 3 && word.EndsWith("es", StringComparison.Ordinal) && word[^3] is not ('a' or 'e' or 'o'))
        {
            return word[..^1];
        }

        return word.Length > 2 && word[^1] == 's' && word[^2] is not ('u' or 's') ? word[..^1] : word;
    }
}
