using System.Text.Json;
using System.Text.Json.Serialization;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Audiences;

/// <summary>Who belongs to an audience: a tree of all, any and not over features, acts, predictions, segments, interests and consent. Immutable.</summary>
/// <remarks>As JSON each node names its type, such as <c>{"type":"feature","feature":"orders","is":"atLeast","value":3}</c>. <see cref="AudienceCheck"/> says what is wrong with a tree.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AllOf), "all")]
[JsonDerivedType(typeof(AnyOf), "any")]
[JsonDerivedType(typeof(NotRule), "not")]
[JsonDerivedType(typeof(FeatureRule), "feature")]
[JsonDerivedType(typeof(ActRule), "act")]
[JsonDerivedType(typeof(PredictionRule), "prediction")]
[JsonDerivedType(typeof(SegmentRule), "segment")]
[JsonDerivedType(typeof(InterestRule), "interest")]
[JsonDerivedType(typeof(NextCategoryRule), "nextCategory")]
[JsonDerivedType(typeof(ConsentRule), "consent")]
public abstract record AudienceRule
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        AllowOutOfOrderMetadataProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 64,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Reads the JSON form.</summary>
    /// <exception cref="MarketLoopException">It is no rule; the message says where and what to write.</exception>
    public static AudienceRule Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize<AudienceRule>(json, Json) ?? throw new MarketLoopException("A rule is an object such as {\"type\":\"feature\",\"feature\":\"orders\",\"is\":\"atLeast\",\"value\":3}.");
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException)
        {
            string path = unreadable is JsonException { Path: { } where } ? where : "$";
            throw new MarketLoopException(
                $"The rule cannot be read at {path}: each node is an object whose type is one of all, any, not, feature, act, prediction, segment, interest, nextCategory, consent, with that type's members. ({unreadable.Message.Split('.')[0]})",
                isTransient: false,
                unreadable);
        }
    }

    /// <summary>Writes the JSON form, which <see cref="Parse"/> reads back.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>True when all of the rules are.</summary>
public sealed record AllOf(IReadOnlyList<AudienceRule> Rules) : AudienceRule;

/// <summary>True when one of the rules is.</summary>
public sealed record AnyOf(IReadOnlyList<AudienceRule> Rules) : AudienceRule;

/// <summary>True when the rule is not.</summary>
public sealed record NotRule(AudienceRule Rule) : AudienceRule;

/// <summary>A feature in comparison with a number. Of whom the feature is unknown, nothing is true.</summary>
/// <param name="Feature">A name of <see cref="AudienceFields.Features"/>.</param>
/// <param name="Is">How they compare.</param>
/// <param name="Value">The number.</param>
public sealed record FeatureRule(string Feature, Comparison Is, double Value) : AudienceRule;

/// <summary>An act done at least so many times. "Did not order within 60 days" is not, around an act.</summary>
/// <param name="Act">What was done.</param>
/// <param name="AtLeast">Least times, from 1.</param>
/// <param name="WithinDays">Only the last days, today included, counted by the shop's calendar; null for ever.</param>
/// <param name="Category">Only products of this category or below it; null for all.</param>
/// <param name="Brand">Only products of this brand; null for all.</param>
/// <param name="Product">Only this product; null for all.</param>
/// <param name="Term">Only searches for this term; null for all.</param>
public sealed record ActRule(
    AudienceAct Act, int AtLeast = 1, int? WithinDays = null, string? Category = null, string? Brand = null, string? Product = null, string? Term = null) : AudienceRule;

/// <summary>A model's prediction in comparison with a number. Without a model nothing is true.</summary>
public sealed record PredictionRule(AudiencePrediction Prediction, Comparison Is, double Value) : AudienceRule;

/// <summary>In the segment of this name, in either language. A new training may name segments anew; then nobody is in the old name.</summary>
public sealed record SegmentRule(string Segment) : AudienceRule;

/// <summary>Of all of the customer's interest of a kind at least this share (0..1) is in the tag.</summary>
public sealed record InterestRule(InterestKind Kind, string Tag, double AtLeast = 0.1) : AudienceRule;

/// <summary>The next order, should there be one, is from this category with at least this probability (0..1). Without a model that tells the category apart nobody is meant.</summary>
public sealed record NextCategoryRule(string Category, double AtLeast = 0.5) : AudienceRule;

/// <summary>May be reached or treated so, by the consent ledger as of the evaluation.</summary>
public sealed record ConsentRule(AudienceConsent To) : AudienceRule;

/// <summary>How a number compares.</summary>
public enum Comparison
{
    /// <summary>At or above.</summary>
    AtLeast,

    /// <summary>At or below.</summary>
    AtMost,

    /// <summary>Above.</summary>
    Above,

    /// <summary>Below.</summary>
    Below,

    /// <summary>Equal.</summary>
    Equal,
}

/// <summary>What a customer may have done.</summary>
public enum AudienceAct
{
    /// <summary>Placed an order.</summary>
    Order,

    /// <summary>Looked at a product.</summary>
    View,

    /// <summary>Put a product into the cart.</summary>
    Cart,

    /// <summary>Searched.</summary>
    Search,
}

/// <summary>What models say.</summary>
public enum AudiencePrediction
{
    /// <summary>Chance of a purchase in the response model's horizon.</summary>
    Purchase,

    /// <summary>What a promotion adds to that chance.</summary>
    Uplift,

    /// <summary>Chance of an order in the weeks ahead.</summary>
    Buys,

    /// <summary>Chance of no order in the weeks ahead; only of those who ordered lately.</summary>
    Churn,

    /// <summary>Chance that the next mail is opened within a week.</summary>
    OpensMail,

    /// <summary>Chance of a refund in the weeks ahead; only of those who ordered lately.</summary>
    Returns,
}

/// <summary>What consent may be asked for.</summary>
public enum AudienceConsent
{
    /// <summary>Mails chosen by behaviour: age, consent, an address, and no objection to personalisation.</summary>
    Email,

    /// <summary>Being treated by behaviour in the shop.</summary>
    Personalisation,

    /// <summary>Paid placements.</summary>
    Advertising,
}
