using System.Text.Json;
using MarketLoop.Analysis;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;
using MarketLoop.Tests.Data;
using MarketLoop.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;
using static MarketLoop.Tests.Analysis.Shopping;

namespace MarketLoop.Tests.Analysis;

/// <summary>Features rebuilt from a long log, which the book follows in stretches, are those of a book that took everything at once.</summary>
public sealed class RebuildTests : IDisposable
{
    private const int Acts = 10_050; // more than one stretch
    private static readonly CustomerId Ann = CustomerId.Known("ann");
    private static readonly CustomerId Browser = CustomerId.Anonymous("b");
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(50, false)]
    [InlineData(70, true)]
    public async Task Who_signs_in_later_is_nobody_yet_however_long_the_log(int asOfDay, bool hasSignedIn)
    {
        Interaction[] acts =
        [
            .. Enumerable.Range(0, Acts).Select(i => View(null, Day(i / 300.0), "p" + (i % 7), "b")),
            View("ann", Day(60), "p1", "b"),
            View("bert", Day(55), "p2"),
        ];
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync(acts, Cancelled);
        using Analyst rebuilt = Make(shop, shop.Log.Head);
        using Analyst fed = Make(shop, 0);
        using Analyst overwhelmed = Make(shop, 0, mostHeld: 100);

        IReadOnlyList<CustomerInsight> insights = await rebuilt.InterpretAsync(Stream([]), shop.Log.Head, Day(asOfDay), Cancelled);
        IReadOnlyList<CustomerInsight> expected = await fed.InterpretAsync(Stream(acts), shop.Log.Head, Day(asOfDay), Cancelled);

        Assert.Equal(hasSignedIn, rebuilt.FindInsight(Ann) is not null);
        Assert.Equal(hasSignedIn, rebuilt.FindInsight(Browser) is null);
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(insights));
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(await overwhelmed.InterpretAsync(Stream(acts), shop.Log.Head, Day(asOfDay), Cancelled)));
    }

    private static Analyst Make(EmbeddedShop shop, long position, int mostHeld = int.MaxValue) =>
        new(shop.Log, new MemoryShopStore { TurnPosition = position }, shop.Catalog, new CurrentModels(), Options.Create(new AnalysisOptions()), NullLogger<Analyst>.Instance) { MostHeld = mostHeld };
}
