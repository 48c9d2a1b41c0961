namespace MarketLoop.Learning.Value;

/// <summary>One fitted parameter.</summary>
/// <param name="Name">The paper's letter, spelled out where it is Greek.</param>
/// <param name="Value">Estimate of maximum likelihood, above 0.</param>
/// <param name="StandardError">
/// From the inverse Hessian; null where the data do not tell: the estimate ran to the edge of its range, or the likelihood is flat around it.
/// </param>
public sealed record ParameterEstimate(string Name, double Value, double? StandardError);
