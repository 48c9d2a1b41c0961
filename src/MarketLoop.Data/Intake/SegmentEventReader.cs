using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;

namespace MarketLoop.Data.Intake;

/// <summary>Turns one event of the tracking API into an interaction, or says why not.</summary>
internal sealed class SegmentEventReader(IntakeOptions options, CustomerIdentity? identity = null)
{
    /// <summary>Longest id that is taken.</summary>
    public const int MaxIdLength = 512;

    private const int MaxDepth = 32;

    private readonly EventClock clock = new(options);

    /// <summary>Reads one event, which stands at this place of its body. Exactly one of the two results is not null.</summary>
    public (SegmentEvent? Event, Fault? Fault) Read(JsonElement item, IntakeRoute route, SourceId source, in BodyEnvelope envelope, int index = 0)
    {
        try
        {
            Fault? fault = CheckShape(item);
            SegmentEvent? read = fault is null ? ReadChecked(item, route, source, envelope, index, ref fault) : null;
            return fault is null ? (read, null) : (null, fault);
        }
        catch (InvalidOperationException)
        {
            // System.Text.Json looks at escapes and UTF-8 only when a text is taken out.
            return (null, new Fault(FaultCodes.InvalidText, "A text of the event is not valid Unicode or holds U+0000."));
        }
    }

    private Fault? CheckShape(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return new Fault(FaultCodes.NotAnObject, "The event is not a JSON object.");
        }

        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(item);
        if (raw.Length > options.MaxEventBytes)
        {
            return new Fault(FaultCodes.EventTooLarge, string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"The event has {raw.Length} bytes, more than {options.MaxEventBytes}."));
        }

        Utf8JsonReader reader = new(raw, new JsonReaderOptions { MaxDepth = 4096 });
        while (reader.Read())
        {
            if (reader.CurrentDepth > MaxDepth)
            {
                return new Fault(FaultCodes.TooDeep, "The event nests objects more than 32 deep.");
            }

            // Half a surrogate pair, wherever it stands, would throw in whoever takes that text out of the log, again and again.
            if (reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }

        return null;
    }

    private SegmentEvent? ReadChecked(JsonElement item, IntakeRoute route, SourceId source, in BodyEnvelope envelope, int index, ref Fault? fault)
    {
        IntakeRoute? type = ReadType(item, route, ref fault);
        if (type is null)
        {
            return null;
        }

        string? userId = ReadCustomer(item, ref fault, "userId", "user_id");
        string? anonymousId = ReadCustomer(item, ref fault, "anonymousId", "anonymous_id");
        string? messageId = ReadId(item, ref fault, "messageId", "message_id");
        JsonElement? context = JsonFields.TryRead(item, "context");
        JsonElement? properties = ReadProperties(item, type.Value, context);
        CustomerId? customer = userId is not null ? CustomerId.Known(userId) : anonymousId is not null ? CustomerId.Anonymous(anonymousId) : ReadKey(item, properties, context);
        if (fault is null && customer is null)
        {
            fault = new Fault(FaultCodes.MissingId, "The event has neither userId nor anonymousId, and no e-mail, phone or member card in their place.");
        }

        string? name = ReadName(item, type.Value, ref fault);
        if (fault is not null)
        {
            return null;
        }

        string client = $"{source.Value}|{ReadLibrary(context)}|{anonymousId}";
        EventMoment? moment = clock.Read(item, envelope, client, index, ref fault);
        if (moment is null || fault is not null)
        {
            return null;
        }

        InteractionKind kind = KindOf(type.Value, name!); // ReadName left a fault when there is no name
        Interaction interaction = new()
        {
            Source = source,
            MessageId = messageId ?? HashContent(item, envelope),
            Kind = kind,
            Name = name!,
            UserId = userId,
            AnonymousId = anonymousId,
            PreviousId = type == IntakeRoute.Alias ? ReadCustomer(item, ref fault, "previousId", "previous_id") : null,
            GroupId = type == IntakeRoute.Group ? ReadId(item, ref fault, "groupId", "group_id") : null,
            Customer = customer!.Value, // without one there is a fault
            SessionId = ReadSession(properties, context),
            OccurredAt = moment.At.ToUniversalTime(),
            ReceivedAt = envelope.ReceivedAt.ToUniversalTime(),
            PropertiesJson = WriteProperties(properties, moment, PrivacySignals.Note(kind, context, envelope.HasPrivacyControl), kind == InteractionKind.Identified ? "" : DeviceNote.Of(context)),
        };
        fault ??= PrivacySignals.Check(kind, properties, context);
        interaction = fault is null ? AddCommerce(interaction, properties, ref fault) : interaction;
        bool isSelfAlias = userId is not null && string.Equals(interaction.PreviousId, userId, StringComparison.Ordinal);
        return fault is null ? new SegmentEvent(interaction, moment.ClaimedFuture is not null, isSelfAlias) : null;
    }

    private static IntakeRoute? ReadType(JsonElement item, IntakeRoute route, ref Fault? fault)
    {
        if (route != IntakeRoute.Batch)
        {
            return route;
        }

        string? type = JsonFields.Text(item, "type");
        IntakeRoute? known = type?.ToLowerInvariant() switch
        {
            "track" => IntakeRoute.Track,
            "identify" => IntakeRoute.Identify,
            "page" => IntakeRoute.Page,
            "screen" => IntakeRoute.Screen,
            "group" => IntakeRoute.Group,
            "alias" => IntakeRoute.Alias,
            _ => null,
        };
        if (known is null)
        {
            fault = type is null
                ? new Fault(FaultCodes.MissingType, "The event has no type.")
                : new Fault(FaultCodes.UnknownType, "The type is none of track, identify, page, screen, group, alias.");
        }

        return known;
    }

    private static string? ReadName(JsonElement item, IntakeRoute type, ref Fault? fault)
    {
        if (type != IntakeRoute.Track)
        {
            return type.ToString().ToLowerInvariant();
        }

        string? name = JsonFields.Text(item, "event");
        if (name is null)
        {
            fault ??= new Fault(FaultCodes.MissingEvent, "The track call has no event name.");
        }
        else if (name.Length > MaxIdLength)
        {
            fault ??= new Fault(FaultCodes.InvalidId, "The event name has more than 512 characters.");
        }

        return name;
    }

    private static InteractionKind KindOf(IntakeRoute type, string name) => type switch
    {
        IntakeRoute.Track => EventNames.KindOf(name),
        IntakeRoute.Identify => InteractionKind.Identified,
        IntakeRoute.Page or IntakeRoute.Screen => InteractionKind.PageViewed,
        _ => InteractionKind.Custom,
    };

    private string? ReadCustomer(JsonElement item, ref Fault? fault, params ReadOnlySpan<string> names)
    {
        string? id = ReadId(item, ref fault, names);
        return id is null || (identity?.Denied ?? DeniedIds.Default).Contains(id) ? null : id;
    }

    // Bought in the store, with nothing shown but a card or an address: a customer of that key.
    private CustomerId? ReadKey(JsonElement item, JsonElement? properties, JsonElement? context)
    {
        string? key = identity is null ? null
            : new[] { properties, JsonFields.TryRead(item, "traits"), context is { } around ? JsonFields.TryRead(around, "traits") : null }
                .SelectMany(told => identity.Keys.Read(told)).FirstOrDefault();
        return key is null ? null : CustomerId.Anonymous(key);
    }

    private static string? ReadId(JsonElement item, ref Fault? fault, params ReadOnlySpan<string> names)
    {
        string? id = JsonFields.Text(item, names);
        if (id is null)
        {
            return null;
        }

        if (id.Length > MaxIdLength)
        {
            fault ??= new Fault(FaultCodes.InvalidId, "An id has more than 512 characters.");
        }
        else if (id.AsSpan().ContainsAnyInRange('\0', '\u001F'))
        {
            fault ??= new Fault(FaultCodes.InvalidText, "An id holds control characters.");
        }

        return id;
    }

    private static string? ReadLibrary(JsonElement? context) =>
        context is { } owner && JsonFields.TryRead(owner, "library") is { } library ? JsonFields.Text(library, "name") : null;

    private static JsonElement? ReadProperties(JsonElement item, IntakeRoute type, JsonElement? context)
    {
        JsonElement? found = type is IntakeRoute.Identify or IntakeRoute.Group
            ? JsonFields.TryRead(item, "traits") ?? (context is { } owner ? JsonFields.TryRead(owner, "traits") : null)
            : JsonFields.TryRead(item, "properties");
        return found is { ValueKind: JsonValueKind.Object } ? found : null;
    }

    private static string? ReadSession(JsonElement? properties, JsonElement? context)
    {
        string? session = (properties is { } own ? JsonFields.Text(own, "session_id", "sessionId", "ga_session_id") : null)
            ?? (context is { } around ? JsonFields.Text(around, "sessionId", "session_id") : null);
        return session is { Length: <= MaxIdLength } ? session : null;
    }

    private static Interaction AddCommerce(Interaction interaction, JsonElement? found, ref Fault? fault)
    {
        bool isCommerce = interaction.Kind is not (InteractionKind.PageViewed or InteractionKind.Identified);
        if (!isCommerce || found is not { } properties)
        {
            return interaction;
        }

        // GA4 through a tag manager nests the shop's part.
        JsonElement shop = JsonFields.TryRead(properties, "ecommerce") is { ValueKind: JsonValueKind.Object } nested ? nested : properties;
        bool hasMoney = interaction.Kind is InteractionKind.OrderCompleted or InteractionKind.OrderRefunded;

        // An event without a meaning to us may use these words for anything: its fields are kept, not judged.
        Fault? ownFault = null;
        IReadOnlyList<LineItem> lines = LineReader.ReadLines(shop, interaction.Kind, ref ownFault);
        decimal? revenue = hasMoney && ownFault is null ? LineReader.ReadRevenue(shop, interaction.Kind, lines, ref ownFault) : null;
        string? currency = LineReader.ReadCurrency(shop, ref ownFault);
        string? coupon = LineReader.ReadCoupon(shop, ref ownFault);
        if (ownFault is not null && interaction.Kind != InteractionKind.Custom)
        {
            fault = ownFault;
            return interaction;
        }

        string? order = JsonFields.Text(shop, "order_id", "orderId", "transaction_id");
        return interaction with
        {
            Lines = ownFault is null ? lines : [],
            Revenue = revenue,
            Currency = currency,
            Coupon = coupon,
            OrderId = order ?? (interaction.Kind == InteractionKind.OrderCompleted ? interaction.MessageId : null),
            SearchTerm = interaction.Kind == InteractionKind.ProductsSearched ? JsonFields.Text(properties, "query", "search_term", "q") : null,
            TreatmentToken = JsonFields.Text(properties, "treatment_token", "treatmentToken"),
        };
    }

    private static string? WriteProperties(JsonElement? properties, EventMoment moment, string signals, string device)
    {
        string? json = properties?.GetRawText();
        string note = $"{signals}{(signals.Length > 0 && device.Length > 0 ? "," : "")}{device}";
        if (moment.ClaimedFuture is { } claimed)
        {
            // The claim is kept beside what was sent, so that a later look can tell a corrected time from a true one.
            note = $"{note}{(note.Length > 0 ? "," : "")}\"$claimedTime\":\"{claimed.UtcDateTime:O}\"";
        }

        if (note.Length == 0)
        {
            return json;
        }

        return json is null || properties!.Value.GetPropertyCount() == 0
            ? $"{{{note}}}"
            : $"{json.AsSpan().TrimEnd()[..^1]},{note}}}";
    }

    // Equal content, equal id: a retry of an event without messageId is recognised. What changes from try to try stays out.
    // Where the sender wrote no time either, the minute of arrival stands in: the same act on another day is another event.
    private static string HashContent(JsonElement item, in BodyEnvelope envelope)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (JsonProperty property in item.EnumerateObject())
        {
            if (!property.NameEquals("sentAt") && !property.NameEquals("_metadata") && !property.NameEquals("writeKey"))
            {
                hash.AppendData(JsonMarshal.GetRawUtf8PropertyName(property));
                hash.AppendData(":"u8);
                hash.AppendData(JsonMarshal.GetRawUtf8Value(property.Value));
                hash.AppendData(","u8);
            }
        }

        bool hasTime = envelope.IsImport || JsonFields.Text(item, "timestamp", "originalTimestamp") is not null;
        string? time = hasTime ? "" : JsonFields.Text(envelope.Timestamp);
        hash.AppendData(MemoryMarshal.AsBytes((time ?? $"{envelope.ReceivedAt.UtcTicks / TimeSpan.TicksPerMinute}").AsSpan()));
        return "auto-" + Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}

/// <summary>An event that was understood.</summary>
/// <param name="Interaction">What it says.</param>
/// <param name="IsClamped">True when its time lay in the future and was set to the time of arrival.</param>
/// <param name="IsSelfAlias">True when it aliases an id to itself.</param>
internal sealed record SegmentEvent(Interaction Interaction, bool IsClamped, bool IsSelfAlias);
