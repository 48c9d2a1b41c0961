using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>How a server starts, with which settings, what it says where, and how it ends.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly ShopFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_ready_line_is_all_of_stdout_and_a_polite_end_is_a_good_one()
    {
        await using ServingProcess server = await ServingProcess.StartAsync(folder.Data);
        await server.Api.GetAsync("/api/v1/data/status");
        using HttpResponseMessage refused = await server.Api.Client.GetAsync(new Uri("/api/v1/none", UriKind.Relative), TestContext.Current.CancellationToken);

        ProgramAnswer said = await server.StopAsync();

        Assert.Equal((0, $"MarketLoop ready on {server.Address.GetLeftPart(UriPartial.Authority)}\n"), (said.ExitCode, said.Output));
        Assert.Contains("password", said.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Data, "server.json")));
    }

    [Fact]
    public async Task A_second_server_on_the_same_folder_says_who_holds_it()
    {
        await using ServingProcess server = await ServingProcess.StartAsync(folder.Data);

        ProgramAnswer second = await MarketLoopProgram.RunAsync(["serve", "--data", folder.Data, "--port", "0"]);

        Assert.Equal((1, ""), (second.ExitCode, second.Output));
        Assert.Contains($"a server at {server.Address.GetLeftPart(UriPartial.Authority)}", second.Errors, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Object, (await server.Api.GetAsync("/api/v1/data/status")).ValueKind);
    }

    [Fact]
    public async Task Wrong_settings_stop_the_start_with_the_complete_list()
    {
        folder.Set(("Loop:CheckEvery", "00:00:00"), ("Decision:Experiment:ControlShare", 7), ("Loop:TurnAfter", 5));
        Dictionary<string, string> variables = new(StringComparer.Ordinal) { ["MARKETLOOP_Feedback__Attribution__WindowDays"] = "many" };

        ProgramAnswer serve = await MarketLoopProgram.RunAsync(["serve", "--data", folder.Data, "--port", "0"], variables);
        ProgramAnswer import = await MarketLoopProgram.RunAsync(["data", "keys", "add", "web", "--data", folder.Data], variables);
        ProgramAnswer check = await MarketLoopProgram.RunAsync(["config", "check", "--data", folder.Data], variables);

        foreach (ProgramAnswer answer in (ProgramAnswer[])[serve, import, check])
        {
            Assert.Equal((1, ""), (answer.ExitCode, answer.Output));
            Assert.Contains("MarketLoop:Loop:", answer.Errors, StringComparison.Ordinal);
            Assert.Contains("CheckEvery", answer.Errors, StringComparison.Ordinal);
            Assert.Contains("ControlShare", answer.Errors, StringComparison.Ordinal);
            Assert.Contains("MarketLoop:Loop:TurnAfter: there is no such setting", answer.Errors, StringComparison.Ordinal);
            Assert.Contains("MarketLoop:Feedback:Attribution:WindowDays", answer.Errors, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(folder.Data));
    }

    [Fact]
    public async Task A_settings_file_that_is_no_json_is_named()
    {
        string file = folder.Write("appsettings.json", "{ MarketLoop");

        ProgramAnswer answer = await MarketLoopProgram.RunAsync(["serve", "--data", folder.Data, "--port", "0"]);

        Assert.Equal((1, ""), (answer.ExitCode, answer.Output));
        Assert.Contains($"{file} cannot be read", answer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 2_000, true)]
    [InlineData(null, 5_000, false)]
    [InlineData("8000", 5_000, true)]
    public async Task The_server_goes_by_the_file_beside_the_folder_and_by_variables_before_it(string? variable, int bytes, bool isTaken)
    {
        folder.Set(("Data:Intake:MaxEventBytes", 4_000), ("Data:Currency", "CNY"));
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        if (variable is not null)
        {
            variables["MARKETLOOP_Data__Intake__MaxEventBytes"] = variable;
        }

        await using ServingProcess server = await ServingProcess.StartAsync(folder.Data, variables: variables);
        JsonElement verdict = await server.Api.SendAsync(HttpMethod.Post, "/v1/track", new { @event = "x", userId = "u", properties = new { text = new string('x', bytes) } });
        ProgramAnswer shown = await MarketLoopProgram.RunAsync(["config", "show", "--data", folder.Data, "--json"], variables);

        Assert.Equal(isTaken ? 1 : 0, verdict.GetProperty("accepted").GetInt32());
        Assert.Equal(variable ?? "4000", JsonSerializer.Deserialize<JsonElement>(shown.Output).GetProperty("MarketLoop:Data:Intake:MaxEventBytes").GetString());
        Assert.Contains("CNY", await File.ReadAllTextAsync(Path.Combine(folder.Data, "marketloop.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
