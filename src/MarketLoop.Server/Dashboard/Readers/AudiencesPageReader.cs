using MarketLoop.Analysis.Audiences;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.Audiences;
using MarketLoop.Data.Catalog;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Analysis;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the page of audiences shows.</summary>
/// <param name="Draft">What is being built.</param>
/// <param name="Preview">Its size and first members; null while there is no condition.</param>
/// <param name="Segments">Names of the segments that serve.</param>
/// <param name="Categories">Category tags of the catalogue.</param>
/// <param name="NextCategories">Categories that the model of the next one tells apart; none while there is no model.</param>
/// <param name="Opened">Name of the saved audience that was opened; null otherwise.</param>
internal sealed record AudienceBuilderModel(
    AudienceDraft Draft, AudiencePreview? Preview, IReadOnlyList<LocalizedText> Segments, IReadOnlyList<string> Categories, IReadOnlyList<string> NextCategories, string? Opened);

/// <summary>What is saved and what was exported.</summary>
internal sealed record SavedAudiencesModel(IReadOnlyList<Audience> Items, IReadOnlyList<AudienceExportNote> Exports, SizeHistory Sizes);

/// <summary>Members of saved audiences by day; null on days without a count.</summary>
internal sealed record SizeHistory(IReadOnlyList<DateOnly> Days, IReadOnlyList<SizeSeries> Series);

/// <summary>One audience's members by day.</summary>
internal sealed record SizeSeries(string Name, IReadOnlyList<double?> Values);

/// <summary>Reads the page of audiences.</summary>
internal sealed class AudiencesPageReader(AudienceDesk desk, SegmentReader segments, ICatalogStore catalog, CurrentModels models)
{
    private const int Previewed = 12;
    private const int MostExports = 10;
    private const int MostCategories = 300;
    private const int MostLines = 8;

    public async Task<AudienceBuilderModel> ReadAsync(AudienceDraft draft, string? open, CancellationToken cancellationToken)
    {
        Audience? opened = string.IsNullOrEmpty(open) ? null : await desk.FindAsync(open, cancellationToken);
        AudienceDraft shown = opened is not null && draft.Rule is null ? AudienceDraft.Of(opened.Rule) : draft;
        return new AudienceBuilderModel(
            shown,
            shown.Rule is { } rule ? await desk.PreviewAsync(rule, Previewed, cancellationToken) : null,
            [.. segments.Read().Items.Select(segment => segment.Name)],
            [.. catalog.Current.Values.Select(product => product.Category).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostCategories)],
            models.Value.NextCategory?.Categories ?? [],
            opened?.Name);
    }

    public async Task<SavedAudiencesModel> ReadSavedAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Audience> saved = await desk.ListAsync(cancellationToken);
        return new SavedAudiencesModel(saved, await desk.ListExportsAsync(MostExports, cancellationToken), SizesOf(saved));
    }

    internal static SizeHistory SizesOf(IReadOnlyList<Audience> saved)
    {
        DateOnly[] days = [.. saved.SelectMany(audience => audience.Sizes).Select(size => size.Day).Distinct().Order()];
        return new SizeHistory(
            days,
            [.. saved
                .OrderByDescending(audience => audience.Sizes.Count > 0 ? audience.Sizes[^1].Members : 0).ThenBy(audience => audience.Name, StringComparer.Ordinal)
                .Take(MostLines)
                .Select(audience => (audience.Name, Counts: audience.Sizes.ToDictionary(size => size.Day, size => (double)size.Members)))
                .Select(line => new SizeSeries(line.Name, [.. days.Select(day => line.Counts.TryGetValue(day, out double members) ? members : (double?)null)]))]);
    }
}
