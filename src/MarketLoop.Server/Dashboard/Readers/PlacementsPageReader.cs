using MarketLoop.Data.Placements;
using MarketLoop.Decision.Placements;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Decision;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the page of placements shows.</summary>
/// <param name="All">All placements.</param>
/// <param name="Opened">The one in the form, saved or draft.</param>
/// <param name="Saved">When and by whom the opened one was saved; null for ready-made ones.</param>
/// <param name="Preview">What the customer would see; null when the draft has faults.</param>
/// <param name="IsCustomerUnreadable">True when the customer's id cannot be read.</param>
/// <param name="Changes">Who changed the opened one, newest first.</param>
internal sealed record PlacementsModel(
    IReadOnlyList<SavedPlacement> All, PlacementForm Opened, SavedPlacement? Saved, RecommendationPreview? Preview, bool IsCustomerUnreadable, IReadOnlyList<PlacementChange> Changes);

/// <summary>Reads the page of placements.</summary>
internal sealed class PlacementsPageReader(PlacementDesk desk, RecommendationReader reader, RecommendationWatch watch)
{
    private const int MostChanges = 5;

    public async Task<PlacementsModel> ReadAsync(string? open, string? customer, Func<string, string?>? draft, CancellationToken cancellationToken)
    {
        IReadOnlyList<SavedPlacement> all = desk.List();
        string name = string.IsNullOrWhiteSpace(open) ? "home" : open.Trim();
        PlacementForm form = draft is null ? new PlacementForm(desk.Find(name), []) : PlacementForm.Read(name, draft);
        CustomerId id = default;
        bool isNamed = !string.IsNullOrWhiteSpace(customer);
        bool isUnreadable = isNamed && !CustomerId.TryParse(customer!.Trim(), out id) && !CustomerId.TryParse("u:" + customer.Trim(), out id);
        return new PlacementsModel(
            all,
            form,
            all.FirstOrDefault(saved => string.Equals(saved.Placement.Name, name, StringComparison.Ordinal) && saved.SavedAt is not null),
            form.Faults.Count > 0 || isUnreadable ? null : await PreviewAsync(form.Placement, isNamed ? id : null, cancellationToken),
            isUnreadable,
            await desk.ListChangesAsync(name, MostChanges, cancellationToken));
    }

    public Task<RecommendationHealth> ReadHealthAsync(CancellationToken cancellationToken) => watch.MeasureAsync(cancellationToken);

    private Task<RecommendationPreview> PreviewAsync(Placement placement, CustomerId? customer, CancellationToken cancellationToken) =>
        reader.ReadAsync(new ListRequest { Placement = placement, Customer = customer, Count = placement.Count, Explains = true }, cancellationToken);
}
