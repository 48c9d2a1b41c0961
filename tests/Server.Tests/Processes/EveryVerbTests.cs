using System.Text.Json;
using MarketLoop.Data.Embedded;
using MarketLoop.Tests.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>Every verb does its work and answers JSON, on a folder that nobody holds and on one that a server holds.</summary>
public sealed class EveryVerbTests : IAsyncLifetime
{
    private readonly ShopFolder folder = new();
    private readonly DirtySample sample = new(seed: 5, count: 2_000);
    private ServingProcess? server;

    private string Till => folder.PathOf("till.csv");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        folder.Write("till.csv", sample.Text);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Import_status_run_and_evaluate(bool isServed)
    {
        await PrepareAsync(isServed);

        JsonElement report = await ReadAsync("import", "online-retail", Till);
        JsonElement again = await ReadAsync("import", "online-retail", Till);
        JsonElement status = await ReadAsync("data", "status");
        JsonElement turn = await ReadAsync("run");
        JsonElement segments = await ReadAsync("evaluate", "segments");

        long stored = report.GetProperty("eventsStored").GetInt64();
        Assert.Equal(2_000, report.GetProperty("rowsRead").GetInt32());
        Assert.Equal(decimal.Round(sample.Gross, 2), report.GetProperty("clean").GetProperty("gross").GetDecimal());
        Assert.Equal((0, stored), (again.GetProperty("eventsStored").GetInt64(), again.GetProperty("eventsDuplicate").GetInt64()));
        Assert.Equal(stored, status.GetProperty("events").GetProperty("total").GetInt64());
        Assert.Equal(stored, status.GetProperty("events").GetProperty("bySource").GetProperty("online-retail").GetInt64());
        Assert.Equal(sample.Customers, turn.GetProperty("considered").GetInt32());
        Assert.Equal("observe", turn.GetProperty("mode").GetString());
        Assert.Contains("1 Data", turn.GetProperty("report")[1].GetString(), StringComparison.Ordinal);
        Assert.True(segments.GetProperty("customers").GetInt32() >= sample.Customers);
        await AnalyzeAsync(status.GetProperty("events").GetProperty("byType").GetProperty("Order Completed").GetInt32());
    }

    private async Task AnalyzeAsync(int orders)
    {
        JsonElement funnel = await ReadAsync("analyze", "funnel", "--step", "Order Completed", "--step", "Order Refunded", "--window", "60", "--by-segment");
        JsonElement retention = await ReadAsync("analyze", "retention", "--unit", "month", "--first", "Order Completed", "--returning", "Order Completed", "--until", "2030-01-01");
        JsonElement paths = await ReadAsync("analyze", "paths", "--to", "Order Completed", "--depth", "1");
        JsonElement baskets = await ReadAsync("analyze", "baskets", "--minimum-support", "0.005", "--most", "3");

        int buyers = funnel.GetProperty("steps")[0].GetProperty("people").GetInt32();
        Assert.InRange(buyers, 1, sample.Customers);
        Assert.Equal(buyers, funnel.GetProperty("segments").EnumerateArray().Sum(segment => segment.GetProperty("steps")[0].GetProperty("people").GetInt32()));
        Assert.Equal(buyers, retention.GetProperty("cohorts").EnumerateArray().Sum(cohort => cohort.GetProperty("people").GetInt32()));
        Assert.Equal("month", retention.GetProperty("unit").GetString());
        Assert.True(paths.GetProperty("isBackwards").GetBoolean());
        Assert.InRange(baskets.GetProperty("orders").GetInt32(), 1, orders);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keys_are_made_listed_and_revoked(bool isServed)
    {
        await PrepareAsync(isServed);

        JsonElement made = await ReadAsync("data", "keys", "add", "web");
        JsonElement secret = await ReadAsync("data", "keys", "add", "backend", "--secret");
        string id = made.GetProperty("id").GetString() ?? "";
        JsonElement revoked = await ReadAsync("data", "keys", "revoke", id);
        JsonElement list = await ReadAsync("data", "keys", "list");
        ProgramAnswer unknown = await MarketLoopProgram.RunAsync(["data", "keys", "revoke", "k_none", "--data", folder.Data, "--json"]);

        Assert.False(made.GetProperty("isSecret").GetBoolean());
        Assert.True(secret.GetProperty("isSecret").GetBoolean());
        Assert.True(revoked.GetProperty("revoked").GetBoolean());
        Assert.Equal(2, list.GetArrayLength());
        Assert.Equal([id], list.EnumerateArray().Where(key => key.GetProperty("revokedAt").ValueKind == JsonValueKind.String).Select(key => key.GetProperty("id").GetString()));
        Assert.DoesNotContain(made.GetProperty("writeKey").GetString() ?? "none", list.GetRawText(), StringComparison.Ordinal);
        Assert.Equal((1, ""), (unknown.ExitCode, unknown.Output));
        Assert.Contains("k_none", unknown.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_two_files_the_bad_one_makes_it_partial_and_alone_it_fails(bool isServed)
    {
        await PrepareAsync(isServed);
        string bad = folder.Write("bad.csv", "no,such,columns\n1,2,3\n");

        JsonElement partial = await MarketLoopProgram.ReadAsync(3, "import", "online-retail", Till, bad, "--data", folder.Data);
        ProgramAnswer failed = await MarketLoopProgram.RunAsync(["import", "online-retail", bad, "--data", folder.Data]);

        Assert.Equal(2_000, Assert.Single(partial.EnumerateArray()).GetProperty("rowsRead").GetInt32());
        Assert.Equal((1, ""), (failed.ExitCode, failed.Output));
        Assert.Contains(bad, failed.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Settings_and_machine_are_shown(bool isServed)
    {
        folder.Set(("Loop:TurnAfterInteractions", 77));
        await PrepareAsync(isServed);

        JsonElement shown = await ReadAsync("config", "show");
        JsonElement check = await ReadAsync("config", "check");
        ProgramAnswer doctor = await MarketLoopProgram.RunAsync(["doctor", "--data", folder.Data, "--port", "0", "--json"]);

        JsonElement findings = JsonSerializer.Deserialize<JsonElement>(doctor.Output);
        bool isMissing = findings.EnumerateArray().Any(finding => finding.GetProperty("state").GetString() == "missing");
        Assert.Equal("77", shown.GetProperty("MarketLoop:Loop:TurnAfterInteractions").GetString());
        Assert.True(check.GetProperty("ok").GetBoolean());
        Assert.Equal(isMissing ? 1 : 0, doctor.ExitCode);
        Assert.Contains(findings.EnumerateArray(), finding => finding.GetProperty("name").GetString() == "folder" && finding.GetProperty("state").GetString() == "ok");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_training_on_a_snapshot_of_the_folder_writes_models(bool isServed)
    {
        await ReadAsync("import", "online-retail", Till);
        string snapshot = Directory.CreateDirectory(folder.PathOf("snapshot")).FullName;
        await using (EmbeddedShop shop = await EmbeddedShop.OpenAsync(folder.Data, TimeProvider.System, NullLoggerFactory.Instance, Cancelled))
        {
            await shop.Log.ExportSnapshotAsync(snapshot, DateTimeOffset.MaxValue, Cancelled);
        }

        await PrepareAsync(isServed);
        JsonElement manifest = await MarketLoopProgram.ReadAsync("train", "--snapshot", snapshot, "--out", folder.PathOf("models"), "--seed", "3");

        Assert.Equal(3, manifest.GetProperty("seed").GetInt32());
        Assert.NotEqual(0, manifest.GetProperty("models").GetArrayLength());
        Assert.NotEmpty(Directory.GetFiles(folder.PathOf("models")));
    }

    private async Task PrepareAsync(bool isServed) => server = isServed ? await ServingProcess.StartAsync(folder.Data) : null;

    private Task<JsonElement> ReadAsync(params string[] arguments) => MarketLoopProgram.ReadAsync([.. arguments, "--data", folder.Data]);
}
