using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MarketLoop.Benchmarks.Intake;

/// <summary>A <c>marketloop serve</c> of its own, with a write key, over a folder that is kept until it is disposed.</summary>
internal sealed partial class ServerUnderTest : IAsyncDisposable
{
    private const string Ready = "MarketLoop ready on ";
    private readonly Process process;
    private readonly HttpClient owner;
    private readonly ConcurrentQueue<string> notes;

    private ServerUnderTest(Process process, ConcurrentQueue<string> notes, Uri address, string token, string folder)
    {
        this.process = process;
        this.notes = notes;
        Address = address;
        Folder = folder;
        owner = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(30) };
        owner.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>Its data.</summary>
    public string Folder { get; }

    /// <summary>A key that may send events.</summary>
    public string WriteKey { get; private set; } = "";

    /// <summary>Starts one; the time until it answered is told.</summary>
    public static async Task<ServerUnderTest> StartAsync(string program, string folder, IReadOnlyList<string>? prefix = null)
    {
        string[] command = [.. prefix ?? [], program, "serve", "--data", folder, "--port", "0"];
        ProcessStartInfo info = new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        Process started = Process.Start(info) ?? throw new InvalidOperationException("The server did not start.");
        ConcurrentQueue<string> said = new();
        started.ErrorDataReceived += (_, told) => said.Enqueue(told.Data ?? "");
        started.BeginErrorReadLine();
        string line = await started.StandardOutput.ReadLineAsync() ?? "";
        if (!line.StartsWith(Ready, StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The server said: " + line);
        }

        _ = started.StandardOutput.ReadToEndAsync();
        using JsonDocument told = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "server.json")));
        ServerUnderTest server = new(started, said, new Uri(line[Ready.Length..]), told.RootElement.GetProperty("token").GetString() ?? "", folder);
        using HttpResponseMessage made = await server.owner.PostAsJsonAsync("/api/v1/data/keys", new { name = "bench" });
        server.WriteKey = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("writeKey").GetString() ?? "";
        return server;
    }

    /// <summary>Events stored and loaded; asking waits until all acknowledged ones are.</summary>
    public async Task<long> CountAsync() =>
        (await owner.GetFromJsonAsync<JsonElement>("/api/v1/data/status")).GetProperty("events").GetProperty("total").GetInt64();

    /// <summary>Milliseconds that a customer's newest acts take, from outside.</summary>
    public async Task<double> TimelineAsync(string customer)
    {
        long start = Stopwatch.GetTimestamp();
        using HttpResponseMessage answer = await owner.GetAsync($"/api/v1/data/customers/{customer}/timeline?limit=100");
        answer.EnsureSuccessStatusCode();
        await answer.Content.LoadIntoBufferAsync();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Asks the API as the owner.</summary>
    public Task<JsonElement> AskAsync(string path) => owner.GetFromJsonAsync<JsonElement>(path);

    /// <summary>Tells the API something as the owner.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object body)
    {
        using HttpRequestMessage request = new(method, path) { Content = JsonContent.Create(body) };
        using HttpResponseMessage answer = await owner.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>A browser's client with the owner signed in. Only at a first start, which tells the password.</summary>
    public async Task<HttpClient> SignInAsync()
    {
        HttpClient dashboard = new() { BaseAddress = Address }; // keeps cookies
        string form = await dashboard.GetStringAsync(new Uri("/login", UriKind.Relative));
        using FormUrlEncodedContent filled = new(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["password"] = notes.Select(note => Password().Match(note)).First(match => match.Success).Groups["password"].Value,
            ["__RequestVerificationToken"] = FormToken().Match(form).Groups["token"].Value,
        });
        using HttpResponseMessage answer = await dashboard.PostAsync(new Uri("/session/sign-in", UriKind.Relative), filled);
        answer.EnsureSuccessStatusCode();
        return dashboard;
    }

    /// <summary>Resident memory now and at most so far, in MB.</summary>
    public (double Now, double Peak) Memory()
    {
        string[] lines = File.ReadAllLines($"/proc/{process.Id.ToString(CultureInfo.InvariantCulture)}/status");
        double Read(string name) => double.Parse(lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        return (Read("VmRSS:"), Read("VmHWM:"));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        owner.Dispose();
        using (Process asked = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await asked.WaitForExitAsync();
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }

    [GeneratedRegex(@"with the password (?<password>\S+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Password();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormToken();
}
