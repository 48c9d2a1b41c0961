using MarketLoop.Analysis.Preference;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What to evaluate on a shop's own history.</summary>
public sealed record ShopRequest
{
    /// <summary>Name of where the history comes from, for the report.</summary>
    public required string Format { get; init; }

    /// <summary>First moment of the test part; null takes the last tenth of the history, one day at least and thirty at most.</summary>
    public DateTimeOffset? SplitAt { get; init; }

    /// <summary>What the lists are for.</summary>
    public PreferenceAim Aim { get; init; }

    /// <summary>Length of the lists, at least 1.</summary>
    public int At { get; init; } = 20;

    /// <summary>As in <see cref="RankingRequest.Models"/>.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>As in <see cref="RankingRequest.Limit"/>.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is no merchandise by the catalogue; a line that says it is none is none as well.</summary>
    public IReadOnlySet<ProductId> Charges { get; init; } = new HashSet<ProductId>();

    /// <summary>True leaves postage and the like in the test part, where nobody can guess them, as published figures do; false knows merchandise only, as serving does.</summary>
    public bool KeepsCharges { get; init; }
}
