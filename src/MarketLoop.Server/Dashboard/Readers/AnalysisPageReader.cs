using MarketLoop.Data.Audiences;
using MarketLoop.Data.Models;
using MarketLoop.Server.Api.Analysis;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the analysis room's first page shows.</summary>
internal sealed record AnalysisPageModel(SegmentList Segments, ModelManifest? Active, ValueOverview Value, int Audiences);

/// <summary>Reads the analysis room's first page.</summary>
internal sealed class AnalysisPageReader(SegmentReader segments, ValueReader value, IModelStore models, IAudienceStore audiences)
{
    public async Task<AnalysisPageModel> ReadAsync(CancellationToken cancellationToken) => new(
        segments.Read(),
        await models.FindActiveAsync(cancellationToken),
        value.Read(),
        (await audiences.ListAsync(cancellationToken)).Count);
}
