using MarketLoop.Data.Catalog;
using MarketLoop.Data.Intake;
using MarketLoop.Data.Journeys;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Journeys;

/// <summary>An act as a person writes it down: an event's name, with a product or category behind it if wanted, or <c>*</c> for whatever a customer does.</summary>
/// <remarks><c>Product Viewed</c>, <c>view_item</c>, <c>Product Viewed[category=Tea]</c>, <c>Order Completed[product=p-17]</c>, <c>*</c>. Names of one meaning are one act;
/// a name without a meaning of its own is taken as it stands.</remarks>
internal static class ActSpec
{
    private const string Anything = "*";
    private const string Form = "an event's name, or * for any act; [product=ID] or [category=PATH] may follow";

    /// <summary>Why a text is no act; null when it is one.</summary>
    public static string? FaultOf(string? text) => TrySplit(text, out _, out _, out _) ? null : Form;

    /// <summary>The act that a text means.</summary>
    /// <exception cref="ArgumentException">The text is none.</exception>
    public static ActFilter Read(string text, ICatalogStore catalog)
    {
        if (!TrySplit(text, out string name, out string property, out string value))
        {
            throw new ArgumentException($"'{text}' is no act: {Form}.", nameof(text));
        }

        InteractionKind kind = EventNames.KindOf(name);
        ActFilter filter = string.Equals(name, Anything, StringComparison.Ordinal) ? new ActFilter { Kinds = OwnActs.Kinds }
            : kind == InteractionKind.Custom ? new ActFilter { Name = name }
            : new ActFilter { Kinds = [kind] };
        return property switch
        {
            "product" => filter with { Products = new HashSet<ProductId> { new(value) } },
            "category" => filter with { Products = catalog.Current.Values.Where(product => CategoryTree.IsWithin(product.Category, value)).Select(product => product.Id).ToHashSet() },
            _ => filter,
        };
    }

    private static bool TrySplit(string? text, out string name, out string property, out string value)
    {
        (name, property, value) = (text?.Trim() ?? "", "", "");
        int open = name.IndexOf('[', StringComparison.Ordinal);
        if (open < 0 || !name.EndsWith(']'))
        {
            return name.Length > 0;
        }

        string[] parts = name[(open + 1)..^1].Split('=', 2, StringSplitOptions.TrimEntries);
        name = name[..open].TrimEnd();
        if (parts.Length != 2 || parts[0] is not ("product" or "category") || parts[1].Length == 0)
        {
            return false;
        }

        (property, value) = (parts[0], parts[1]);
        return name.Length > 0;
    }
}
