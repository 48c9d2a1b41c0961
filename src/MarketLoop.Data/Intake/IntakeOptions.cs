using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data.Intake;

/// <summary>Limits of the event intake. Section <c>MarketLoop:Data:Intake</c>.</summary>
public sealed class IntakeOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string SectionName = "MarketLoop:Data:Intake";

    /// <summary>Bytes of one body after decompression; default 4 MiB. Lower loses whole batches of SDKs that do not look at their own size.</summary>
    [Range(65_536, 67_108_864)]
    public int MaxBodyBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Bytes of one event; default 32 KiB, as in Segment. Only that event is refused.</summary>
    [Range(1_024, 1_048_576)]
    public int MaxEventBytes { get; set; } = 32 * 1024;

    /// <summary>Requests a second for one key, on average; default 5,000. Higher lets one noisy page take the machine.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 5_000;

    /// <summary>Requests that one key may send at once before the average counts; default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int RequestBurst { get; set; } = 10_000;

    /// <summary>Bytes of all bodies that are being received or stored; default 64 MiB. More is put off with 429. Higher takes several times as much memory at a peak.</summary>
    [Range(1_048_576, 4_294_967_296)]
    public long MaxBytesInFlight { get; set; } = 64L * 1024 * 1024;

    /// <summary>Longest time that one body may take to arrive; default 30 seconds, as long as SDKs wait. Raise it for shops on very slow lines.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan MaxBodyTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time that storing may take before the client is told to come again; default 7 seconds: after 10, SDKs give up and send twice.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan MaxStoreTime { get; set; } = TimeSpan.FromSeconds(7);

    /// <summary>How far ahead of our clock an event may be before it is set to the time of arrival; default 5 minutes.</summary>
    public TimeSpan FutureTolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether a sender's wrong clock is corrected by its <c>sentAt</c>; default true. Off under a simulation's clock.</summary>
    public bool CorrectsClocks { get; set; } = true;

    /// <summary>Bytes of rejected events kept for each day; default 256 MiB. Beyond, rejections are counted but not kept.</summary>
    [Range(0, long.MaxValue)]
    public long MaxQuarantineBytesPerDay { get; set; } = 256L * 1024 * 1024;
}

[OptionsValidator]
internal sealed partial class IntakeOptionsValidator : IValidateOptions<IntakeOptions>;
