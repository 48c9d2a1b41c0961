using MarketLoop.Data.Journeys;
using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What customers do in this shop, as people read it: one entry for each meaning, and each name that has none for itself.</summary>
public sealed class ActNames
{
    private readonly Dictionary<string, InteractionKind> kinds;
    private readonly Words words;

    /// <summary>Takes the names that the shop has, most frequent first.</summary>
    public ActNames(IReadOnlyList<NamedCount> counts, Words words)
    {
        this.words = words;
        kinds = counts.ToDictionary(count => count.Name, count => count.Kind, StringComparer.Ordinal);
        Choices = [.. counts
            .GroupBy(count => count.Kind == InteractionKind.Custom ? count.Name : count.Kind.ToString(), StringComparer.Ordinal)
            .Select(group => new ActChoice(group.First().Name, Of(group.First().Name)))];
    }

    /// <summary>What may be chosen, most frequent first.</summary>
    public IReadOnlyList<ActChoice> Choices { get; }

    /// <summary>The words for a name as a report tells it; a product or category that follows it is kept.</summary>
    public string Of(string act)
    {
        int open = act.IndexOf('[', StringComparison.Ordinal);
        string name = open > 0 ? act[..open].TrimEnd() : act;
        string plain = name switch
        {
            "*" => words["Journeys.AnyAct"],
            "(end)" => words["Journeys.End"],
            "(start)" => words["Journeys.Start"],
            "(other)" => words["Journeys.Other"],
            _ => kinds.TryGetValue(name, out InteractionKind kind) && kind != InteractionKind.Custom ? words.Of(kind) : name,
        };
        return open > 0 ? plain + " · " + act[(act.IndexOf('=', StringComparison.Ordinal) + 1)..].TrimEnd(']') : plain;
    }

    /// <summary>The steps that most shops ask about first, as far as this one has them; its most frequent acts otherwise.</summary>
    public IReadOnlyList<string> UsualSteps()
    {
        List<string> usual = [.. ((InteractionKind[])[InteractionKind.ProductViewed, InteractionKind.ProductAdded, InteractionKind.OrderCompleted])
            .Select(kind => kinds.FirstOrDefault(pair => pair.Value == kind).Key).OfType<string>()];
        return usual.Count > 1 ? usual : [.. Choices.Take(2).Select(choice => choice.Value)];
    }
}

/// <summary>An act that may be chosen.</summary>
/// <param name="Value">Its name as it was sent.</param>
/// <param name="Label">The words for it.</param>
public sealed record ActChoice(string Value, string Label);
