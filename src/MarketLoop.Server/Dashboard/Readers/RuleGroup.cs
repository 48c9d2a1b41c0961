using System.Globalization;
using MarketLoop.Analysis.Audiences;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>How the rules of a group join.</summary>
public enum GroupMatch
{
    /// <summary>Each must hold.</summary>
    All,

    /// <summary>One is enough.</summary>
    Any,

    /// <summary>None may hold.</summary>
    None,
}

/// <summary>A group of conditions and further groups, as the builder of audiences shows it. Immutable.</summary>
/// <param name="Match">How they join.</param>
/// <param name="Rules">Conditions, and groups as the rules that they mean.</param>
public sealed record RuleGroup(GroupMatch Match, IReadOnlyList<AudienceRule> Rules)
{
    /// <summary>The group that a rule is; null for a condition. "Not all of" is shown as one condition.</summary>
    public static RuleGroup? Of(AudienceRule rule) => rule switch
    {
        AllOf all => new RuleGroup(GroupMatch.All, all.Rules),
        AnyOf any => new RuleGroup(GroupMatch.Any, any.Rules),
        NotRule { Rule: AnyOf any } => new RuleGroup(GroupMatch.None, any.Rules),
        _ => null,
    };

    /// <summary>The rule that it means.</summary>
    public AudienceRule ToRule() => Match switch
    {
        GroupMatch.All => new AllOf(Rules),
        GroupMatch.Any => new AnyOf(Rules),
        _ => new NotRule(new AnyOf(Rules)),
    };

    /// <summary>The group at a place, places from here inwards; null when there is none.</summary>
    public RuleGroup? Find(IReadOnlyList<int> path)
    {
        RuleGroup? group = this;
        foreach (int place in path)
        {
            group = group is not null && place < group.Rules.Count ? Of(group.Rules[place]) : null;
        }

        return group;
    }

    /// <summary>The longest beginning of a path that leads to a group.</summary>
    public IReadOnlyList<int> NearestGroup(IReadOnlyList<int> path)
    {
        IReadOnlyList<int> near = path;
        while (Find(near) is null)
        {
            near = [.. near.SkipLast(1)];
        }

        return near;
    }

    /// <summary>The same with another group at a place, which must be there.</summary>
    public RuleGroup Change(IReadOnlyList<int> path, Func<RuleGroup, RuleGroup> change)
    {
        if (path.Count == 0)
        {
            return change(this);
        }

        RuleGroup inner = Of(Rules[path[0]]) ?? throw new ArgumentException("No group stands there.", nameof(path));
        AudienceRule changed = inner.Change([.. path.Skip(1)], change).ToRule();
        return this with { Rules = [.. Rules.Select((rule, i) => i == path[0] ? changed : rule)] };
    }

    /// <summary>Conditions here and in all groups inside.</summary>
    public int CountConditions() => Rules.Sum(rule => Of(rule)?.CountConditions() ?? 1);
}

/// <summary>Places in a tree of groups as text: <c>2.0</c> is the first rule of the group that is the third rule.</summary>
internal static class RulePath
{
    public static IReadOnlyList<int> Read(string? text)
    {
        List<int> path = [];
        foreach (string part in (text ?? "").Split('.'))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int place))
            {
                break;
            }

            path.Add(place);
        }

        return path;
    }

    public static string Write(IReadOnlyList<int> path) => string.Join('.', path);
}
