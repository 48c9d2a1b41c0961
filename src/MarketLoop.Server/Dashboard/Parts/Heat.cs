using System.Globalization;

namespace MarketLoop.Server.Dashboard.Parts;

/// <summary>Shades of cells: the class that a share has.</summary>
internal static class Heat
{
    private static readonly double[] Steps = [0.0, 0.02, 0.08, 0.2, 0.4, 0.65];

    /// <summary>From <c>v0</c> for nothing to <c>v6</c> for most; empty for nothing known.</summary>
    public static string Of(double? share) => share is { } known ? "v" + Steps.Count(step => known > step).ToString(CultureInfo.InvariantCulture) : "";

    /// <summary>The same beside the largest of a table.</summary>
    public static string Of(double value, double largest) => Of(largest > 0 ? value / largest : 0);
}
