using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Value;

/// <summary>How estimates stand in a model file: value, whether there is a standard error, the error or 0.</summary>
internal static class EstimateFields
{
    public static void Write(ModelWriter writer, IReadOnlyList<ParameterEstimate> estimates)
    {
        foreach (var estimate in estimates)
        {
            writer.Write(estimate.Value);
            writer.Write(estimate.StandardError.HasValue);
            writer.Write(estimate.StandardError ?? 0);
        }
    }

    public static ParameterEstimate[] Read(ModelReader reader, params ReadOnlySpan<string> names)
    {
        var estimates = new ParameterEstimate[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var value = reader.ReadFiniteDouble();
            reader.Require(value > 0, $"{names[i]} is not positive");
            var hasError = reader.ReadBoolean();
            var error = reader.ReadFiniteDouble();
            estimates[i] = new ParameterEstimate(names[i], value, hasError ? error : null);
        }

        return estimates;
    }
}
