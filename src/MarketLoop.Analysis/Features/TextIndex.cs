namespace MarketLoop.Analysis.Features;

/// <summary>Texts that many customers share, each kept once; a customer keeps its number. Numbers follow the order of arrival and are never shown.</summary>
/// <remarks>One writer; a number that was handed out may be read by anyone meanwhile.</remarks>
internal sealed class TextIndex
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private string[] texts = new string[16];

    public string this[int number] => Volatile.Read(ref texts)[number];

    public int NumberOf(string text)
    {
        if (!numbers.TryGetValue(text, out int number))
        {
            number = numbers.Count;
            numbers.Add(text, number);
            if (number == texts.Length)
            {
                string[] more = new string[2 * number];
                texts.CopyTo(more, 0);
                Volatile.Write(ref texts, more); // readers of the old array find there what they look for
            }

            texts[number] = text;
        }

        return number;
    }
}

/// <summary>The texts of one book.</summary>
internal sealed class BookTexts
{
    public TextIndex Products { get; } = new();

    public TextIndex Terms { get; } = new();

    public TextIndex Sources { get; } = new();
}
