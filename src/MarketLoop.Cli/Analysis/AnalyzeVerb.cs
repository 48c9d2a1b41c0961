using System.CommandLine;
using System.Globalization;
using MarketLoop.Analysis.Baskets;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;

namespace MarketLoop.Cli.Analysis;

/// <summary>Room 2 alone: what people do, one after another and together.</summary>
internal static class AnalyzeVerb
{
    public static Command Create()
    {
        Command room = new("analyze", "Room 2 alone: funnels, retention, paths, baskets and audiences.");
        room.Subcommands.Add(CreateFunnel());
        room.Subcommands.Add(CreateRetention());
        room.Subcommands.Add(CreatePaths());
        room.Subcommands.Add(CreateBaskets());
        room.Subcommands.Add(AudienceVerbs.Create());
        return room;
    }

    private static Verb CreateFunnel()
    {
        Option<string[]> step = new("--step") { Description = "A step, once for each: an event's name; [product=ID] or [category=PATH] may follow.", HelpName = "EVENT", DefaultValueFactory = _ => ["Product Viewed", "Product Added", "Order Completed"] };
        Option<double> window = new("--window") { Description = "Days within which all steps must happen.", HelpName = "DAYS", DefaultValueFactory = _ => new FunnelRequest().WindowDays };
        Option<bool> bySegment = new("--by-segment") { Description = "Tells the segments apart." };
        (Option<DateTimeOffset?> from, Option<DateTimeOffset?> until) = Period("--from");
        Verb verb = new("funnel", "How many people come along some steps, and how long it takes them.")
        {
            Examples = ["marketloop analyze funnel --data shop", "marketloop analyze funnel --step \"Product Viewed[category=Tea]\" --step \"Order Completed\" --window 14 --by-segment --data shop --json"],
        };
        return Asks(verb, [step, window, bySegment, from, until], parsed => new FunnelRequest
        {
            Steps = parsed.GetRequiredValue(step),
            WindowDays = parsed.GetValue(window),
            BySegment = parsed.GetValue(bySegment),
            From = parsed.GetValue(from),
            Until = parsed.GetValue(until),
        }, request => request.Faults(), (shop, request, cancellationToken) => shop.ReadFunnelAsync(request, cancellationToken), JourneyText.Show);
    }

    private static Verb CreateRetention()
    {
        RetentionRequest usual = new();
        Option<RetentionUnit> unit = new("--unit") { Description = "day, week or month.", HelpName = "UNIT", DefaultValueFactory = _ => usual.Unit };
        Option<string> first = new("--first") { Description = "Event by which somebody begins, * for any act.", HelpName = "EVENT", DefaultValueFactory = _ => usual.First };
        Option<string> returning = new("--returning") { Description = "Event by which somebody returns, * for any act.", HelpName = "EVENT", DefaultValueFactory = _ => usual.Returning };
        Option<int> periods = new("--periods") { Description = "Periods after the first.", HelpName = "N", DefaultValueFactory = _ => usual.Periods };
        (Option<DateTimeOffset?> from, Option<DateTimeOffset?> until) = Period("--from");
        Verb verb = new("retention", "Who comes back when, by the period of the first act.")
        {
            Examples = ["marketloop analyze retention --data shop", "marketloop analyze retention --unit month --first \"Order Completed\" --returning \"Order Completed\" --data shop --json"],
        };
        return Asks(verb, [unit, first, returning, periods, from, until], parsed => new RetentionRequest
        {
            Unit = parsed.GetValue(unit),
            First = parsed.GetRequiredValue(first),
            Returning = parsed.GetRequiredValue(returning),
            Periods = parsed.GetValue(periods),
            From = parsed.GetValue(from),
            Until = parsed.GetValue(until),
        }, request => request.Faults(), (shop, request, cancellationToken) => shop.ReadRetentionAsync(request, cancellationToken), JourneyText.Show);
    }

    private static Verb CreatePaths()
    {
        PathRequest usual = new();
        Option<string?> from = new("--from") { Description = "Event from which on visits are followed. Default: their beginning.", HelpName = "EVENT" };
        Option<string?> to = new("--to") { Description = "Event up to which visits are followed backwards.", HelpName = "EVENT" };
        Option<int> depth = new("--depth") { Description = "Steps that are followed.", HelpName = "N", DefaultValueFactory = _ => usual.Depth };
        Option<double> gap = new("--gap") { Description = "Minutes without an act that end a visit.", HelpName = "MINUTES", DefaultValueFactory = _ => usual.GapMinutes };
        Option<int> events = new("--events") { Description = "Events told apart, the most frequent.", HelpName = "N", DefaultValueFactory = _ => usual.Events };
        (Option<DateTimeOffset?> since, Option<DateTimeOffset?> until) = Period("--since");
        Verb verb = new("paths", "Where visits lead from an event, or where they come from.")
        {
            Examples = ["marketloop analyze paths --from \"Product Viewed\" --data shop", "marketloop analyze paths --to \"Order Completed\" --depth 3 --data shop --json"],
        };
        return Asks(verb, [from, to, depth, gap, events, since, until], parsed => new PathRequest
        {
            From = parsed.GetValue(from),
            To = parsed.GetValue(to),
            Depth = parsed.GetValue(depth),
            GapMinutes = parsed.GetValue(gap),
            Events = parsed.GetValue(events),
            Since = parsed.GetValue(since),
            Until = parsed.GetValue(until),
        }, request => request.Faults(), (shop, request, cancellationToken) => shop.ReadPathsAsync(request, cancellationToken), JourneyText.Show);
    }

    private static Verb CreateBaskets()
    {
        BasketRequest usual = new();
        Option<double> support = new("--minimum-support") { Description = "Least share of orders with all products of a rule, above 0 to 1.", HelpName = "SHARE", DefaultValueFactory = _ => usual.MinimumSupport };
        Option<double> confidence = new("--minimum-confidence") { Description = "Least share of orders with the first products that have the others too, 0 to 1.", HelpName = "SHARE", DefaultValueFactory = _ => usual.MinimumConfidence };
        Option<int> most = new("--most") { Description = "Most rules.", HelpName = "N", DefaultValueFactory = _ => usual.Most };
        (Option<DateTimeOffset?> from, Option<DateTimeOffset?> until) = Period("--from");
        Verb verb = new("baskets", "What is bought together: rules with support, confidence and lift.")
        {
            Examples = ["marketloop analyze baskets --data shop", "marketloop analyze baskets --minimum-support 0.005 --most 20 --data shop --json"],
        };
        return Asks(verb, [support, confidence, most, from, until], parsed => new BasketRequest
        {
            MinimumSupport = parsed.GetValue(support),
            MinimumConfidence = parsed.GetValue(confidence),
            Most = parsed.GetValue(most),
            From = parsed.GetValue(from),
            Until = parsed.GetValue(until),
        }, request => request.Faults(), (shop, request, cancellationToken) => shop.FindBasketsAsync(request, cancellationToken), JourneyText.Show);
    }

    private static (Option<DateTimeOffset?> From, Option<DateTimeOffset?> Until) Period(string from) =>
        (SharedOptions.Moment(from, "First moment looked at."), SharedOptions.Moment("--until", "End of the time looked at, not inside."));

    // What makes no sense is said before a shop is looked for.
    private static Verb Asks<TRequest, TReport>(
        Verb verb,
        IEnumerable<Option> options,
        Func<ParseResult, TRequest> read,
        Func<TRequest, IEnumerable<RequestFault>> faults,
        Func<IShopAccess, TRequest, CancellationToken, Task<TReport>> ask,
        Action<TReport, Screen> show)
    {
        foreach (Option option in options)
        {
            verb.Options.Add(option);
        }

        Option<string> data = SharedOptions.Data();
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            TRequest request = read(parsed);
            Check(faults(request));
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            TReport report = await ask(shop, request, cancellationToken);
            if (screen.IsJson)
            {
                screen.Json(report);
            }
            else
            {
                show(report, screen);
            }

            return ExitCode.Ok;
        });
    }

    private static void Check(IEnumerable<RequestFault> faults)
    {
        string text = string.Join("; ", faults.Select(fault => string.Create(CultureInfo.InvariantCulture, $"{fault.Field}: {fault.Message}")));
        if (text.Length > 0)
        {
            throw new UsageException(text);
        }
    }
}
