using MarketLoop.Data.Embedded;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>A data folder in a temporary place, and records to put into it.</summary>
internal sealed class StorageFolder : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    public StorageFolder()
    {
        Path = Directory.CreateTempSubdirectory("marketloop-storage-").FullName;
    }

    public string Path { get; }

    public FakeTimeProvider Clock { get; } = new(Start);

    public static Interaction View(string messageId, string? user = null, string? browser = null, int minute = 0, string source = "web", string product = "p1") => new()
    {
        Source = new SourceId(source),
        MessageId = messageId,
        Kind = InteractionKind.ProductViewed,
        Name = "Product Viewed",
        UserId = user,
        AnonymousId = browser,
        Customer = user is not null ? CustomerId.Known(user) : CustomerId.Anonymous(browser ?? "nobody"),
        OccurredAt = Start.AddMinutes(minute),
        ReceivedAt = Start.AddMinutes(minute).AddSeconds(1),
        Lines = [new LineItem(new ProductId(product), 1, 9.95m)],
    };

    public static Interaction Order(string messageId, string user, decimal revenue, int minute = 0, params LineItem[] lines) => View(messageId, user, minute: minute) with
    {
        Kind = InteractionKind.OrderCompleted,
        Name = "Order Completed",
        OrderId = "o-" + messageId,
        Revenue = revenue,
        Lines = lines,
    };

    public static Interaction Identify(string messageId, string user, string traits, int minute = 0, string? browser = null) => View(messageId, user, browser, minute) with
    {
        Kind = InteractionKind.Identified,
        Name = "identify",
        Lines = [],
        PropertiesJson = traits,
    };

    public static Treatment Treat(string id, string user, int minute = 0) => new()
    {
        Id = new TreatmentId(id),
        Customer = CustomerId.Known(user),
        Kind = TreatmentKind.Recommendation,
        Channel = Channel.OnSite,
        Placement = "home",
        Arm = Arm.Treated,
        ArmPropensity = 0.7,
        Policy = "popular+swap",
        Reason = new LocalizedText("popular", "热门"),
        Items = [new ShownItem(new ProductId("p1"), 0, 0.9, 1.25, new LocalizedText("popular", "热门"))],
        CandidateCount = 20,
        Models = new ModelVersion(3),
        Offer = new Offer("TEN", 0.1, Start.AddDays(7)),
        DecidedAt = Start.AddMinutes(minute),
        ExpiresAt = Start.AddMinutes(minute + 30),
    };

    public static Outcome Measure(string treatment, string user, int minute, decimal revenue, bool isFinal = false) => new()
    {
        Treatment = new TreatmentId(treatment),
        Customer = CustomerId.Known(user),
        Arm = Arm.Treated,
        Channel = Channel.OnSite,
        Placement = "home",
        DeliveredAt = Start,
        Clicks = 1,
        Orders = 1,
        OrdersOfShownItems = 0,
        Revenue = revenue,
        MeasuredAt = Start.AddMinutes(minute),
        IsFinal = isFinal,
    };

    public Task<EmbeddedShop> OpenAsync(string? path = null) =>
        EmbeddedShop.OpenAsync(path ?? Path, Clock, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);

    /// <summary>Copies the folder as it lies on disk at this moment: what a crash would leave.</summary>
    public StorageFolder CopyAsCrashed()
    {
        StorageFolder copy = new();
        foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
        {
            string name = System.IO.Path.GetRelativePath(Path, file);
            if (name is not ("folder.lock" or "holder.json" or "server.json"))
            {
                string target = System.IO.Path.Combine(copy.Path, name);
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target) ?? copy.Path);
                using FileStream from = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using FileStream to = new(target, FileMode.Create);
                from.CopyTo(to);
            }
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
