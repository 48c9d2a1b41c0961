using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Analysis.Models;

/// <summary>How training runs, section <c>MarketLoop:Analysis:Training</c>.</summary>
public sealed class TrainingProcessOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "MarketLoop:Analysis:Training";

    /// <summary>Program to start; null means this very program. It is called with <c>train --snapshot DIR --out DIR --seed N</c>.</summary>
    public string? Program { get; set; }

    /// <summary>Most memory the child's managed heap may take, in megabytes, 64..65536; raising it lets larger shops train. Default null: a third of this machine's memory, and at least 1024.</summary>
    [Range(64, 65536)]
    public int? HeapMegabytes { get; set; }

    /// <summary>What that amounts to on a machine.</summary>
    /// <param name="machineBytes">Memory that this machine or container has.</param>
    internal int HeapMegabytesOn(long machineBytes) => HeapMegabytes ?? (int)Math.Clamp(machineBytes / 3 / (1 << 20), 1_024, 65_536);

    /// <summary>Minutes after which a training is stopped. Default 30, range 1..1440.</summary>
    [Range(1, 1440)]
    public double TimeLimitMinutes { get; set; } = 30;

    /// <summary>Seed of all randomness. Default 1.</summary>
    public int Seed { get; set; } = 1;
}

/// <summary>Checks <see cref="TrainingProcessOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class TrainingProcessOptionsValidator : IValidateOptions<TrainingProcessOptions>;
