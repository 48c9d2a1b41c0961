namespace MarketLoop.Architecture.Tests;

/// <summary>An assertion that names every offender: xunit's own shows the first five.</summary>
internal static class Offenders
{
    public static void None(IEnumerable<string> found)
    {
        string[] offenders = [.. found];
        Assert.True(offenders.Length == 0, $"{offenders.Length} found:\n  {string.Join("\n  ", offenders)}");
    }
}
