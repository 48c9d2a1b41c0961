using MarketLoop.Data.Consent;
using MarketLoop.Execution.Channels.Email;
using MarketLoop.Execution.Channels.OnSite;
using MarketLoop.Execution.Dispatch;
using MarketLoop.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace MarketLoop.Tests.Execution;

/// <summary>What survives a crash: log, store, profiles, outbox folder. Start makes a new process on it.</summary>
internal sealed class ExecutionRoom : IDisposable
{
    private readonly List<IDisposable> processes = [];

    public MemoryEventLog Log { get; } = new();

    public MemoryShopStore Store { get; } = new();

    public MemoryProfiles Profiles { get; } = new();

    public MemoryCatalog Catalog { get; } = new();

    public FakeTimeProvider Clock { get; } = new(Make.Day0);

    public string Folder { get; } = Directory.CreateTempSubdirectory("marketloop-outbox-").FullName;

    public FrequencyCapOptions Cap { get; } = new();

    public TreatmentTokens Tokens { get; } = new(Make.Secrets());

    public IReadOnlyList<string> Mails => [.. Directory.EnumerateFiles(Folder, "*.eml").Order(StringComparer.Ordinal)];

    public Dispatcher Start(CrashPlan? crash = null)
    {
        Log.Crash = Store.Crash = Profiles.Crash = Catalog.Crash = crash ?? new CrashPlan();
        MessageLedger ledger = new(Log, Options.Create(Cap));
        Outbox outbox = OpenOutbox();
        EmailChannel email = new(outbox, Tokens, Catalog, Options.Create(new EmailOptions()));
        Dispatcher dispatcher = new(Log, Store, new HandOverCheck(Profiles, ledger, new ContactRules(Options.Create(new ConsentOptions()))), email, Clock, NullLogger<Dispatcher>.Instance);
        processes.AddRange([ledger, dispatcher]);
        return dispatcher;
    }

    public Outbox OpenOutbox()
    {
        Outbox outbox = new(Folder);
        processes.Add(outbox);
        return outbox;
    }

    public void Dispose()
    {
        processes.ForEach(p => p.Dispose());
        Directory.Delete(Folder, recursive: true);
    }
}
