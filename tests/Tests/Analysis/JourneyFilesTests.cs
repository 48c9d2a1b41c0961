using MarketLoop.Analysis.Journeys;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Analysis;

/// <summary>What of journeys leaves the shop: numbers of many people alone.</summary>
public sealed class JourneyFilesTests
{
    [Fact]
    public void A_funnels_small_steps_hide_and_so_does_what_would_give_them_away()
    {
        FunnelReport report = new(
            7,
            Steps(100, 60, 3),
            [new FunnelSegment(new LocalizedText("=Regulars", null), Steps(60, 40, 2)), new FunnelSegment(new LocalizedText("New", null), Steps(37, 20, 1)), new FunnelSegment(null, Steps(3, 0, 0))],
            0);

        string told = JourneyFiles.Write(report, k: 5);

        Assert.Equal(
            [
                "segment,step,name,people,medianSeconds", ",1,view,100,30", ",2,cart,60,30", ",3,buy,,",
                "\"'=Regulars\",1,view,60,30", "\"'=Regulars\",2,cart,40,30", "\"'=Regulars\",3,buy,,",
                "New,1,view,,", "New,2,cart,,", "New,3,buy,,", "(none),1,view,,", "(none),2,cart,,", "(none),3,buy,,",
            ],
            Rows(told));
        Assert.Contains(",3,buy,3,30", Rows(JourneyFiles.Write(report, k: 1)));
    }

    [Fact]
    public void A_retention_table_hides_few_who_came_back_and_few_who_did_not()
    {
        RetentionReport report = new(RetentionUnit.Week, [new RetentionCohort(new DateOnly(2026, 1, 5), 50, [50, 20, 4, 47]), new RetentionCohort(new DateOnly(2026, 1, 12), 4, [4, 2])], [], 0);

        Assert.Equal(
            ["start,people,period,returned", "2026-01-05,50,0,50", "2026-01-05,50,1,20", "2026-01-05,50,2,", "2026-01-05,50,3,", "2026-01-12,,0,", "2026-01-12,,1,"],
            Rows(JourneyFiles.Write(report, k: 5)));
    }

    [Fact]
    public void A_path_of_few_people_hides_however_often_they_walked_it()
    {
        PathReport report = new(
            500, 400, false, [new PathLink(1, "view", "cart", 300, 0.75, 90), new PathLink(1, "view", "buy", 70, 0.175, 2), new PathLink(1, "view", "page", 30, 0.075, 20), new PathLink(2, "cart", "buy", 100, 0.25, 60)], 0);

        Assert.Equal(
            ["step,source,target,visits,people", "1,view,cart,300,90", "1,view,buy,,", "1,view,page,,", "2,cart,buy,100,60"],
            Rows(JourneyFiles.Write(report, k: 5)));
    }

    private static FunnelStep[] Steps(params ReadOnlySpan<int> people) =>
        [new FunnelStep("view", people[0], 1, 1, 30), new FunnelStep("cart", people[1], null, null, 30), new FunnelStep("buy", people[2], null, null, 30)];

    private static string[] Rows(string csv) => csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
}
