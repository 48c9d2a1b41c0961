using System.Globalization;
using System.Runtime.CompilerServices;

namespace MarketLoop.Learning.Numerics;

/// <summary>Range checks of options with one wording; the expression checked names the option.</summary>
internal static class OptionGuard
{
    /// <summary>Refuses a value outside [minimum, maximum], NaN included.</summary>
    public static void Within(double value, double minimum, double maximum, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (!(value >= minimum && value <= maximum))
        {
            var allowed = maximum >= int.MaxValue
                ? string.Create(CultureInfo.InvariantCulture, $"at least {minimum}")
                : string.Create(CultureInfo.InvariantCulture, $"in {minimum}..{maximum}");
            throw new ArgumentOutOfRangeException(option, value, $"{option} must be {allowed}.");
        }
    }
}
