using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>What a cell's weight counts for.</summary>
public enum WeightScale
{
    /// <summary>Every interaction counts 1, however often or heavy.</summary>
    Binary,

    /// <summary>ln(1 + weight).</summary>
    Logarithmic,

    /// <summary>The weight itself.</summary>
    Linear,
}

/// <summary>Turns the cells of a matrix into training values: scale, recency, activity of the user.</summary>
internal static class CellWeighting
{
    /// <summary>Copies the matrix with weight x recency x n_u^(-damping/2), so that products of two cells of a user are damped by n_u^-damping.</summary>
    public static InteractionMatrix Apply(InteractionMatrix matrix, WeightScale scale, double halfLifeDays, double userDamping, double? asOfDay)
    {
        var asOf = asOfDay ?? matrix.LatestDay;
        var values = new float[matrix.Count];
        for (var user = 0; user < matrix.Users; user++)
        {
            var start = matrix.StartOf(user);
            var days = matrix.DaysOf(user);
            var weights = matrix.WeightsOf(user);
            var activity = userDamping == 0 ? 1 : Math.Pow(Math.Max(1, weights.Length), -userDamping / 2);
            for (var i = 0; i < weights.Length; i++)
            {
                var value = ValueOf(weights[i], scale);
                values[start + i] = (float)(value * Decay(asOf - days[i], halfLifeDays) * activity);
            }
        }

        return matrix.With(values);
    }

    /// <summary>What a weight counts for on a scale.</summary>
    public static double ValueOf(double weight, WeightScale scale) => scale switch
    {
        WeightScale.Logarithmic => Math.Log(1 + weight),
        WeightScale.Linear => weight,
        _ => weight > 0 ? 1 : 0,
    };

    /// <summary>2^(-age / half-life); what lies after the moment counts in full. An infinite half-life switches decay off.</summary>
    public static double Decay(double ageDays, double halfLifeDays) => Math.Pow(2, -Math.Max(0, ageDays) / halfLifeDays);

    public static void Validate(WeightScale scale, double halfLifeDays, double userDamping)
    {
        OptionGuard.Within((int)scale, 0, 2);
        OptionGuard.Within(halfLifeDays, double.Epsilon, double.PositiveInfinity);
        OptionGuard.Within(userDamping, 0, 2);
    }
}
