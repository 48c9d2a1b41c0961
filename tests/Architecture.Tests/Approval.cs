namespace MarketLoop.Architecture.Tests;

/// <summary>Holds a text against the approved one in <c>Approved/</c>. MARKETLOOP_APPROVE=1 takes the new text over, to be read in the diff.</summary>
internal static class Approval
{
    public static void Matches(string name, string actual)
    {
        string text = string.Join('\n', actual.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).TrimEnd() + "\n";
        string approved = Repository.PathOf($"tests/Architecture.Tests/Approved/{name}.txt");
        if (Environment.GetEnvironmentVariable("MARKETLOOP_APPROVE") == "1")
        {
            File.WriteAllText(approved, text);
        }

        string wanted = File.Exists(approved) ? File.ReadAllText(approved) : "";
        Assert.True(wanted == text, $"{name}: the text differs from tests/Architecture.Tests/Approved/{name}.txt at: {FirstDifference(wanted, text)}\nIf that is meant, run the tests with MARKETLOOP_APPROVE=1 and commit the diff.");
    }

    private static string FirstDifference(string wanted, string actual)
    {
        string[] left = wanted.Split('\n'), right = actual.Split('\n');
        int at = Enumerable.Range(0, Math.Max(left.Length, right.Length)).FirstOrDefault(i => left.ElementAtOrDefault(i) != right.ElementAtOrDefault(i));
        return $"line {at + 1}\n  approved: {left.ElementAtOrDefault(at)}\n  now:      {right.ElementAtOrDefault(at)}";
    }
}
