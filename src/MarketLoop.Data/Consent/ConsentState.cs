using MarketLoop.Domain;

namespace MarketLoop.Data.Consent;

/// <summary>What the ledger's entries of one person come to: the one place where consent is decided.</summary>
/// <remarks>
/// The latest by event time counts among the entries for the channel and those for every channel; of "yes" and "no" at one moment "no" counts. So the order of arrival does not matter.
/// Global Privacy Control comes with every request of a browser; it is one "no" at the moment it first came, or no later "yes" could ever stand beside it.
/// </remarks>
public static class ConsentState
{
    /// <summary>Yes, no, or null when nobody was asked. O(entries).</summary>
    public static bool? Decide(IEnumerable<ConsentEntry> entries, ConsentPurpose purpose, ConsentChannel channel)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ConsentEntry? last = null;
        foreach (ConsentEntry entry in FirstSignals(entries.Where(e => e.Purpose == purpose && (e.Channel == channel || e.Channel == ConsentChannel.Any))))
        {
            if (last is null || entry.At > last.At || (entry.At == last.At && !entry.IsGranted))
            {
                last = entry;
            }
        }

        return last?.IsGranted;
    }

    /// <summary>Where the person stands now: one line for each purpose and channel that was ever named.</summary>
    public static IReadOnlyList<ConsentStanding> List(IReadOnlyCollection<ConsentEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return [.. entries
            .Select(entry => (entry.Purpose, entry.Channel))
            .Distinct()
            .Order()
            .Select(place => new ConsentStanding(place.Purpose, place.Channel, Decide(entries, place.Purpose, place.Channel) is true))];
    }

    /// <summary>The profile with what the entries come to.</summary>
    internal static CustomerProfile Apply(CustomerProfile profile, IReadOnlyCollection<ConsentEntry> entries) => entries.Count == 0 ? profile : profile with
    {
        ConsentsToEmail = Decide(entries, ConsentPurpose.Marketing, ConsentChannel.Email),
        ConsentsToPersonalisation = Decide(entries, ConsentPurpose.Personalisation, ConsentChannel.OnSite),
        ConsentsToPersonalisationElsewhere = Decide(entries, ConsentPurpose.Personalisation, ConsentChannel.Ads),
        ConsentsToAdvertising = Decide(entries, ConsentPurpose.Advertising, ConsentChannel.OnSite),
        PrivacyControlSince = entries.Where(entry => entry.Origin == ConsentOrigin.PrivacyControl).Min(entry => (DateTimeOffset?)entry.At),
    };

    /// <summary>The profile of people whom the owner merged, with the strictest of what each of them allows. Never asked counts as no for mail and as yes for the rest.</summary>
    internal static CustomerProfile ApplyStrictest(CustomerProfile profile, IReadOnlyList<List<ConsentEntry>> people)
    {
        CustomerProfile[] each = [.. people.Select(entries => Apply(new CustomerProfile { Customer = profile.Customer }, entries))];
        return profile with
        {
            ConsentsToEmail = each.Any(one => one.ConsentsToEmail is false) ? false : each.Length > 0 && each.All(one => one.ConsentsToEmail is true) ? true : null,
            ConsentsToPersonalisation = Strictest(each.Select(one => one.ConsentsToPersonalisation)),
            ConsentsToPersonalisationElsewhere = Strictest(each.Select(one => one.ConsentsToPersonalisationElsewhere)),
            ConsentsToAdvertising = Strictest(each.Select(one => one.ConsentsToAdvertising)),
            PrivacyControlSince = each.Min(one => one.PrivacyControlSince),
        };
    }

    private static bool? Strictest(IEnumerable<bool?> answers)
    {
        bool?[] all = [.. answers];
        return all.Contains(false) ? false : all.Contains(true) ? true : null;
    }

    // Of the signals of one browser only the first is a change of mind.
    private static IEnumerable<ConsentEntry> FirstSignals(IEnumerable<ConsentEntry> entries)
    {
        Dictionary<(CustomerId, ConsentChannel), ConsentEntry> signals = [];
        foreach (ConsentEntry entry in entries)
        {
            if (entry.Origin != ConsentOrigin.PrivacyControl)
            {
                yield return entry;
            }
            else if (!signals.TryGetValue((entry.Customer, entry.Channel), out ConsentEntry? first) || entry.At < first.At)
            {
                signals[(entry.Customer, entry.Channel)] = entry;
            }
        }

        foreach (ConsentEntry signal in signals.Values)
        {
            yield return signal;
        }
    }
}

/// <summary>Where a person stands on one purpose and channel.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Channel">The channel.</param>
/// <param name="IsGranted">True when it is allowed.</param>
public sealed record ConsentStanding(ConsentPurpose Purpose, ConsentChannel Channel, bool IsGranted);
