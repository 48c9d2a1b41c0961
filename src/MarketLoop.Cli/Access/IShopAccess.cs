using System.Text.Json;
using MarketLoop.Analysis.Audiences;
using MarketLoop.Analysis.Baskets;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Shop;
using MarketLoop.Data.Upkeep;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Analysis;
using MarketLoop.Server.Api.Data;

namespace MarketLoop.Cli.Access;

/// <summary>One shop, whether a server holds its folder or nobody does. A verb does not know which.</summary>
internal interface IShopAccess : IAsyncDisposable
{
    /// <summary>Where the work is done, in words.</summary>
    string Place { get; }

    /// <summary>Counts, first and last event.</summary>
    Task<DataStatus> ReadStatusAsync(CancellationToken cancellationToken);

    /// <summary>Imports one file.</summary>
    /// <param name="order">What to import.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ImportFormatException">The file is not of that format.</exception>
    Task<ImportReport> ImportAsync(ImportOrder order, IProgress<ImportProgress> progress, CancellationToken cancellationToken);

    /// <summary>Turns the loop once.</summary>
    /// <param name="asOf">Moment to stand at; null for now.</param>
    /// <param name="progress">Hears what is under way.</param>
    /// <param name="cancellationToken">Stops between two rooms.</param>
    Task<TurnReport> TurnAsync(DateTimeOffset? asOf, IProgress<string> progress, CancellationToken cancellationToken);

    /// <summary>All keys, revoked ones included.</summary>
    Task<IReadOnlyList<SourceKey>> ListKeysAsync(CancellationToken cancellationToken);

    /// <summary>Makes a key.</summary>
    Task<NewKey> AddKeyAsync(string source, bool isSecret, CancellationToken cancellationToken);

    /// <summary>Revokes a key; false when there is none of that id.</summary>
    Task<bool> RevokeKeyAsync(string id, CancellationToken cancellationToken);

    /// <summary>Replaces a key; null when there is none of that id, or it has ended.</summary>
    Task<NewKey?> RotateKeyAsync(string id, double overlapHours, CancellationToken cancellationToken);

    /// <summary>Sets how many requests a second a key may send, null for the intake's own limit; false when there is none of that id.</summary>
    Task<bool> LimitKeyAsync(string id, int? requestsPerSecond, CancellationToken cancellationToken);

    /// <summary>Everything held about one customer.</summary>
    Task<CustomerExport> ExportCustomerAsync(CustomerId customer, CancellationToken cancellationToken);

    /// <summary>Erases one customer for good.</summary>
    Task<ErasureReceipt> EraseCustomerAsync(CustomerId customer, CancellationToken cancellationToken);

    /// <summary>Merges a customer into another.</summary>
    /// <exception cref="MarketLoopException">It cannot be done; the message says why.</exception>
    Task<IdentityDecision> MergeCustomersAsync(CustomerId customer, CustomerId into, string reason, CancellationToken cancellationToken);

    /// <summary>Takes a decision about identities back.</summary>
    /// <exception cref="MarketLoopException">There is none of that number.</exception>
    Task<IdentityDecision> SplitCustomersAsync(long decision, string reason, CancellationToken cancellationToken);

    /// <summary>All decisions about identities, newest first.</summary>
    Task<IReadOnlyList<IdentityDecision>> ListMergesAsync(CancellationToken cancellationToken);

    /// <summary>Writes a consistent copy of the folder.</summary>
    Task<BackupManifest> BackUpAsync(string to, CancellationToken cancellationToken);

    /// <summary>Proves that the folder holds what it should.</summary>
    Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken);

    /// <summary>How far people come along some steps.</summary>
    Task<FunnelReport> ReadFunnelAsync(FunnelRequest request, CancellationToken cancellationToken);

    /// <summary>Who comes back when.</summary>
    Task<RetentionReport> ReadRetentionAsync(RetentionRequest request, CancellationToken cancellationToken);

    /// <summary>Where visits lead, or where they come from.</summary>
    Task<PathReport> ReadPathsAsync(PathRequest request, CancellationToken cancellationToken);

    /// <summary>What is bought together.</summary>
    Task<BasketReport> FindBasketsAsync(BasketRequest request, CancellationToken cancellationToken);

    /// <summary>How the segments do against simpler ones, as JSON.</summary>
    Task<JsonElement> EvaluateSegmentsAsync(CancellationToken cancellationToken);

    /// <summary>Saved audiences.</summary>
    Task<IReadOnlyList<AudienceView>> ListAudiencesAsync(CancellationToken cancellationToken);

    /// <summary>How many a rule means.</summary>
    Task<AudienceCount> CountAudienceAsync(AudienceRule rule, CancellationToken cancellationToken);

    /// <summary>Saves an audience.</summary>
    Task<AudienceCount> SaveAudienceAsync(string name, AudienceRule rule, CancellationToken cancellationToken);

    /// <summary>A saved audience as CSV, by group or, without a grouping, its members; null when there is none of that name.</summary>
    Task<string?> ExportAudienceAsync(string name, AudienceGrouping? grouping, CancellationToken cancellationToken);
}

/// <summary>A file to import.</summary>
/// <param name="Format">Name of the format.</param>
/// <param name="File">Path of the file.</param>
/// <param name="Source">Source under which its events are stored; null for the format's name.</param>
/// <param name="Mapping">Columns, for the format <c>csv</c>.</param>
internal sealed record ImportOrder(string Format, string File, string? Source, ColumnMapping? Mapping);
