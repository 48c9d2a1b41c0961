using System.Globalization;
using MarketLoop.Analysis;
using MarketLoop.Analysis.Audiences;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.Consent;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class AudienceTests
{
    private static readonly Dictionary<ProductId, Product> Catalogue = new Product[]
    {
        new() { Id = new ProductId("tea"), Name = new LocalizedText("tea", "茶"), Category = "Home > Drinks", Brand = "Leaf" },
        new() { Id = new ProductId("pot"), Name = new LocalizedText("pot", "壶"), Category = "Homeware", Brand = "Clay" },
    }.ToDictionary(product => product.Id);

    [Fact]
    public void Rules_find_whom_they_say()
    {
        Interaction[] history =
        [
            Shopping.Order("ann", Shopping.Day(1), 10m, "tea"), Shopping.Order("ann", Shopping.Day(20), 10m, "tea"), Shopping.Order("ann", Shopping.Day(28), 10m, "tea"),
            Shopping.Order("bob", Shopping.Day(2), 90m, "pot"), Shopping.View("bob", Shopping.Day(29), "tea"), Shopping.View("bob", Shopping.Day(29.1), "tea"),
            Shopping.View("cat", Shopping.Day(10), "tea"),
            Shopping.Act(InteractionKind.ProductsSearched, "cat", Shopping.Day(29)) with { SearchTerm = " 绿茶 " },
        ];

        Assert.Equal("ann", Found(history, """{"type":"feature","feature":"orders","is":"atLeast","value":3}"""));
        Assert.Equal("bob", Found(history, """{"type":"act","act":"view","category":"home","atLeast":2,"withinDays":14}"""));
        Assert.Equal("bob,cat", Found(history, """{"type":"not","rule":{"type":"act","act":"order","withinDays":14}}"""));
        Assert.Equal("cat", Found(history, """{"act":"search","term":"绿茶","type":"act"}"""));
        Assert.Equal("bob", Found(history, """{"type":"act","act":"order","brand":"clay"}"""));
        Assert.Equal("ann,cat", Found(history, """{"type":"interest","kind":"category","tag":"home > drinks","atLeast":0.9}"""));
        Assert.Equal("bob", Found(history, """{"type":"all","rules":[{"type":"act","act":"order"},{"type":"not","rule":{"type":"feature","feature":"orders","is":"above","value":1}}]}"""));
        Assert.Equal("bob,cat", Found(history, """{"type":"any","rules":[{"type":"act","act":"search"},{"type":"feature","feature":"monetary","is":"atLeast","value":50}]}"""));
        Assert.Equal("", Found(history, """{"type":"prediction","prediction":"purchase","is":"atLeast","value":0}"""));
        Assert.Equal("ann", Found(history, """{"type":"feature","feature":"medianOrderGapDays","is":"above","value":0}"""));
        Assert.Equal("ann", Found(history, """{"type":"consent","to":"email"}"""));
    }

    [Fact]
    public void A_rule_comes_back_from_its_json()
    {
        AudienceRule rule = new AllOf([
            new AnyOf([new FeatureRule("orders", Comparison.AtLeast, 3), new SegmentRule("回头客")]),
            new NotRule(new ActRule(AudienceAct.View, 2, 14, Category: "Tea")),
            new PredictionRule(AudiencePrediction.Uplift, Comparison.Above, 0.02),
            new NextCategoryRule("tea > green", 0.4),
            new InterestRule(InterestKind.SearchTerm, "绿茶", 0.3),
            new ConsentRule(AudienceConsent.Email)]);

        Assert.Equal(rule.ToJson(), AudienceRule.Parse(rule.ToJson()).ToJson());
        Assert.Contains("回头客", rule.ToJson(), StringComparison.Ordinal);
        Assert.Empty(AudienceCheck.Find(rule));
    }

    [Theory]
    [InlineData("""{"type":"feature","feature":"order","is":"atLeast","value":3}""", "rule.feature: one of")]
    [InlineData("""{"type":"all","rules":[]}""", "rule.rules: at least one rule")]
    [InlineData("""{"type":"all","rules":[null]}""", "rule.rules[0]: a rule")]
    [InlineData("""{"type":"act","act":"view","atLeast":0}""", "rule.atLeast: 1 or more; for \"never\" put a not")]
    [InlineData("""{"type":"act","act":"order","withinDays":-1}""", "rule.withinDays: 1 to")]
    [InlineData("""{"type":"act","act":"view","term":"x"}""", "rule.term: only with the act search")]
    [InlineData("""{"type":"prediction","prediction":"purchase","is":"atLeast","value":25}""", "rule.value: a probability")]
    [InlineData("""{"type":"interest","kind":"brand","tag":" ","atLeast":0}""", "rule.tag: 1 to")]
    public void Each_fault_is_named_with_its_cure(string json, string expected) =>
        Assert.Contains(AudienceCheck.Find(AudienceRule.Parse(json)), fault => $"{fault.Path}: {fault.Cure}".StartsWith(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"type":"sql","text":"drop"}""")]
    [InlineData("""{"feature":"orders"}""")]
    [InlineData("""{"type":"feature","feature":"orders","is":"roughly","value":3}""")]
    [InlineData("""{"type":"feature","feature":"orders","is":"atLeast","valu":3}""")]
    public void What_is_no_rule_is_refused(string json) => Assert.Throws<MarketLoopException>(() => AudienceRule.Parse(json));

    [Fact]
    public void A_rule_too_deep_or_too_large_is_refused()
    {
        AudienceRule deep = new ConsentRule(AudienceConsent.Email);
        for (int i = 0; i < 9; i++)
        {
            deep = new NotRule(deep);
        }

        Assert.Contains(AudienceCheck.Find(deep), fault => fault.Cure.StartsWith("at most 8 levels", StringComparison.Ordinal));
        Assert.Contains(AudienceCheck.Find(new AnyOf([.. Enumerable.Repeat(new ConsentRule(AudienceConsent.Email), 200)])), fault => fault.Cure.StartsWith("at most 100 nodes", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new[] { 3, 40, 50 }, "-,-,50")] // one hidden would be the total minus the rest
    [InlineData(new[] { 40, 50 }, "40,50")]
    [InlineData(new[] { 1, 1, 8, 90 }, "-,-,-,90")] // two hidden that hold 2 together still tell of two people
    [InlineData(new[] { 2, 4, 90 }, "-,-,90")]
    [InlineData(new[] { 3 }, "-")]
    [InlineData(new[] { 5 }, "5")]
    [InlineData(new[] { 1, 100 }, "-,-")]
    public void Small_groups_are_hidden_and_cannot_be_worked_out(int[] sizes, string expected)
    {
        AudienceCell[] cells = [.. sizes.Select((size, i) => new AudienceCell($"{i}", size, size, size))];

        IReadOnlyList<AudienceCell> told = SmallCells.Suppress(cells, k: 5);

        Assert.Equal(expected, string.Join(',', told.Select(cell => cell.Customers is { } size ? string.Create(CultureInfo.InvariantCulture, $"{size}") : "-")));
        Assert.All(told.Where(cell => cell.Customers is null), cell => Assert.True(cell.Orders is null && cell.Revenue is null));
        int hidden = sizes.Where((_, i) => told[i].Customers is null).Sum();
        Assert.True(hidden == 0 || hidden >= 5 || sizes.Length == 1);
    }

    [Fact]
    public void Exports_run_nothing_in_a_spreadsheet()
    {
        AudienceMember Member(string user) => new(CustomerId.Known(user), new LocalizedText("=HYPERLINK(\"http://x\")", "公式"), 1, -5.5m, 1.234, 0, null);
        AudienceTable table = new(AudienceGrouping.Category, 40, 5, [new("@SUM(A1)", 10, 1, 2m), new("\tx", 10, 1, 2m), new("＝1", 10, 1, 2m), new("-2+3", null, null, null), new("a,\"b\"", 10, 1, 2m)]);

        string members = AudienceFiles.Write([Member("ann")]);
        string groups = AudienceFiles.Write(table);

        Assert.Contains("u:ann,\"'=HYPERLINK(\"\"http://x\"\")\",1,-5.5,1.23,0,\r\n", members, StringComparison.Ordinal);
        Assert.Equal("value,customers,orders,revenue\r\n\"'@SUM(A1)\",10,1,2\r\n\"'\tx\",10,1,2\r\n\"'＝1\",10,1,2\r\n\"'-2+3\",,,\r\n\"a,\"\"b\"\"\",10,1,2\r\n", groups);
    }

    private static string Found(Interaction[] history, string rule)
    {
        FeatureBook book = new(TimeZoneInfo.Utc);
        Array.ForEach(history, book.Add);
        book.AdvanceTo(Shopping.Day(30));
        BookView view = new(book, book.Products.PriceScale(Catalogue.Values), ServingModels.None, Catalogue, new InterestOptions());
        Dictionary<CustomerId, CustomerProfile> profiles = new() { [CustomerId.Known("ann")] = new CustomerProfile { Customer = CustomerId.Known("ann"), Email = "ann@example.com", ConsentsToEmail = true } };
        AudienceRule parsed = AudienceRule.Parse(rule);
        Assert.Empty(AudienceCheck.Find(parsed));
        List<Candidate> members = AudienceEvaluator.Find(view, [parsed], profiles, new ContactRules(Options.Create(new ConsentOptions())), TestContext.Current.CancellationToken)[0];
        return string.Join(',', members.Select(member => member.Customer.Value).Order(StringComparer.Ordinal));
    }
}
