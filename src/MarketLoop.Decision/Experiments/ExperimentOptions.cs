using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Experiments;

/// <summary>The standing experiment: the share of customers who get what the shop would do without us.</summary>
public sealed class ExperimentOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Decision:Experiment";

    /// <summary>Share of customers in the control group. Default 0.1, range 0..0.9; raising it measures faster and earns less meanwhile. 0 measures nothing.</summary>
    [Range(0, 0.9)]
    public double ControlShare { get; set; } = 0.1;
}

/// <summary>Checks <see cref="ExperimentOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class ExperimentOptionsValidator : IValidateOptions<ExperimentOptions>;
