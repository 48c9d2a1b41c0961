using System.Runtime.CompilerServices;
using MarketLoop.Data.Importing;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Lines of a text file, plain or gzipped.</summary>
internal static class TextLines
{
    public static async IAsyncEnumerable<string> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(path);
        await using Stream plain = await PlainContent.OpenAsync(file, cancellationToken);
        using StreamReader reader = new(plain);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Lines of <c>user item item ...</c>, split by blanks; blank lines are passed over.</summary>
    public static async IAsyncEnumerable<(string User, string[] Items)> ReadUsersAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (string line in ReadAsync(path, cancellationToken))
        {
            if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [string user, .. string[] items])
            {
                yield return (user, items);
            }
        }
    }
}
