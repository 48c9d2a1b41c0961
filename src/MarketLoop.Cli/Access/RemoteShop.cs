using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using MarketLoop.Analysis.Audiences;
using MarketLoop.Analysis.Baskets;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Shop;
using MarketLoop.Data.Upkeep;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Analysis;
using MarketLoop.Server.Api.Data;
using MarketLoop.Server.Hosting;

namespace MarketLoop.Cli.Access;

/// <summary>A shop whose folder a server holds: the same work, asked for over HTTP with the folder's local token.</summary>
internal sealed class RemoteShop : IShopAccess
{
    private readonly ServerAddress server;
    private readonly HttpClient http;

    public RemoteShop(ServerAddress server)
    {
        this.server = server;
        http = new HttpClient { BaseAddress = new Uri(server.Address), Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
    }

    /// <inheritdoc />
    public string Place => $"server {server.Address}";

    /// <inheritdoc />
    public Task<DataStatus> ReadStatusAsync(CancellationToken cancellationToken) => GetAsync<DataStatus>("/api/v1/data/status", cancellationToken);

    /// <inheritdoc />
    public async Task<ImportReport> ImportAsync(ImportOrder order, IProgress<ImportProgress> progress, CancellationToken cancellationToken)
    {
        string mapping = order.Mapping is null ? "" : $"&mapping={Uri.EscapeDataString(JsonSerializer.Serialize(order.Mapping, JsonFormat.Options))}";
        string path = $"/api/v1/data/imports?format={Uri.EscapeDataString(order.Format)}&source={Uri.EscapeDataString(order.Source ?? order.Format)}{mapping}";
        await using FileStream file = File.OpenRead(order.File);
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StreamContent(file) };
        using HttpResponseMessage response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            using JsonDocument told = JsonDocument.Parse(line);
            if (told.RootElement.TryGetProperty("report", out JsonElement report))
            {
                return report.Deserialize<ImportReport>(ImportReport.Json) ?? throw Unreadable();
            }

            if (told.RootElement.TryGetProperty("error", out JsonElement error))
            {
                throw new MarketLoopException(error.GetProperty("detail").GetString() ?? "the server refused the file");
            }

            if (told.RootElement.TryGetProperty("progress", out JsonElement step) && step.Deserialize<ImportProgress>(ImportReport.Json) is { } news)
            {
                progress.Report(news);
            }
        }

        throw new MarketLoopException("The server ended its answer before the import was done; importing again completes it.", isTransient: true);
    }

    /// <inheritdoc />
    public async Task<TurnReport> TurnAsync(DateTimeOffset? asOf, IProgress<string> progress, CancellationToken cancellationToken)
    {
        progress.Report($"the server at {server.Address} turns the loop");
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/loop/turns") { Content = JsonContent.Create(new { asOf }, options: JsonFormat.Options) };
        return await ReadAsync<TurnReport>(request, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<SourceKey>> ListKeysAsync(CancellationToken cancellationToken) =>
        (await GetAsync<KeyPage>("/api/v1/data/keys", cancellationToken)).Items;

    /// <inheritdoc />
    public async Task<NewKey> AddKeyAsync(string source, bool isSecret, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/data/keys") { Content = JsonContent.Create(new KeyRequest(source, isSecret), options: JsonFormat.Options) };
        return await ReadAsync<NewKey>(request, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<bool> RevokeKeyAsync(string id, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Delete, PathOf(id));
        return await FindAsync(request, cancellationToken) is not null;
    }

    /// <inheritdoc />
    public async Task<NewKey?> RotateKeyAsync(string id, double overlapHours, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, PathOf(id) + "/rotate") { Content = JsonContent.Create(new RotationRequest(overlapHours), options: JsonFormat.Options) };
        return await FindAsync(request, cancellationToken) is { } body ? JsonSerializer.Deserialize<NewKey>(body, JsonFormat.Options) ?? throw Unreadable() : null;
    }

    /// <inheritdoc />
    public async Task<bool> LimitKeyAsync(string id, int? requestsPerSecond, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Put, PathOf(id) + "/limit") { Content = JsonContent.Create(new LimitRequest(requestsPerSecond), options: JsonFormat.Options) };
        return await FindAsync(request, cancellationToken) is not null;
    }

    /// <inheritdoc />
    public Task<FunnelReport> ReadFunnelAsync(FunnelRequest request, CancellationToken cancellationToken) => GetAsync<FunnelReport>(AnalysisAddress.Of(request), cancellationToken);

    /// <inheritdoc />
    public Task<RetentionReport> ReadRetentionAsync(RetentionRequest request, CancellationToken cancellationToken) => GetAsync<RetentionReport>(AnalysisAddress.Of(request), cancellationToken);

    /// <inheritdoc />
    public Task<PathReport> ReadPathsAsync(PathRequest request, CancellationToken cancellationToken) => GetAsync<PathReport>(AnalysisAddress.Of(request), cancellationToken);

    /// <inheritdoc />
    public Task<BasketReport> FindBasketsAsync(BasketRequest request, CancellationToken cancellationToken) => GetAsync<BasketReport>(AnalysisAddress.Of(request), cancellationToken);

    /// <inheritdoc />
    public Task<CustomerExport> ExportCustomerAsync(CustomerId customer, CancellationToken cancellationToken) =>
        GetAsync<CustomerExport>($"/api/v1/data/customers/{Uri.EscapeDataString(customer.ToString())}/export", cancellationToken);

    /// <inheritdoc />
    public async Task<ErasureReceipt> EraseCustomerAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Delete, $"/api/v1/data/customers/{Uri.EscapeDataString(customer.ToString())}");
        return await ReadAsync<ErasureReceipt>(request, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IdentityDecision> MergeCustomersAsync(CustomerId customer, CustomerId into, string reason, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"/api/v1/data/customers/{Uri.EscapeDataString(customer.ToString())}/merge")
        {
            Content = JsonContent.Create(new MergeRequest(into.ToString(), reason), options: JsonFormat.Options),
        };
        return await ReadAsync<IdentityDecision>(request, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IdentityDecision> SplitCustomersAsync(long decision, string reason, CancellationToken cancellationToken)
    {
        IdentityDecision present = (await ListMergesAsync(cancellationToken)).FirstOrDefault(item => item.Id == decision)
            ?? throw new MarketLoopException("There is no decision of that number; merges lists them.");
        using HttpRequestMessage request = new(HttpMethod.Post, $"/api/v1/data/customers/{Uri.EscapeDataString(present.Customer.ToString())}/split")
        {
            Content = JsonContent.Create(new SplitRequest(decision, reason), options: JsonFormat.Options),
        };
        return await ReadAsync<IdentityDecision>(request, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<IdentityDecision>> ListMergesAsync(CancellationToken cancellationToken) =>
        (await GetAsync<MergePage>("/api/v1/data/merges", cancellationToken)).Items;

    /// <inheritdoc />
    public async Task<BackupManifest> BackUpAsync(string to, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/data/backups") { Content = JsonContent.Create(new BackupRequest(to), options: JsonFormat.Options) };
        return await ReadAsync<BackupManifest>(request, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/data/verifications");
        return await ReadAsync<VerificationReport>(request, cancellationToken);
    }

    /// <inheritdoc />
    public Task<JsonElement> EvaluateSegmentsAsync(CancellationToken cancellationToken) =>
        GetAsync<JsonElement>("/api/v1/analysis/evaluations/segments", cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<AudienceView>> ListAudiencesAsync(CancellationToken cancellationToken) =>
        (await GetAsync<AudiencePage>("/api/v1/analysis/audiences", cancellationToken)).Items;

    /// <inheritdoc />
    public async Task<AudienceCount> CountAudienceAsync(AudienceRule rule, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/analysis/audiences/count") { Content = BodyOf(rule) };
        return await ReadAsync<AudienceCount>(request, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<AudienceCount> SaveAudienceAsync(string name, AudienceRule rule, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Put, $"/api/v1/analysis/audiences/{Uri.EscapeDataString(name)}") { Content = BodyOf(rule) };
        return await ReadAsync<AudienceCount>(request, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<string?> ExportAudienceAsync(string name, AudienceGrouping? grouping, CancellationToken cancellationToken)
    {
        string what = grouping is { } by ? $"groups?format=csv&by={by}" : "members";
        using HttpRequestMessage request = new(HttpMethod.Get, $"/api/v1/analysis/audiences/{Uri.EscapeDataString(name)}/{what}");
        return (await FindAsync(request, cancellationToken))?.TrimStart('\ufeff');
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static StringContent BodyOf(AudienceRule rule) => new($"{{\"rule\":{rule.ToJson()}}}", System.Text.Encoding.UTF8, "application/json");

    private static string PathOf(string keyId) => $"/api/v1/data/keys/{Uri.EscapeDataString(keyId)}";

    // The answer's body; null when there is nothing of that name.
    private async Task<string?> FindAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await ReachAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    private static MarketLoopException Unreadable() => new("The server's answer cannot be read: is it another version of MarketLoop?");

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        return await ReadAsync<T>(request, cancellationToken);
    }

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(JsonFormat.Options, cancellationToken) ?? throw Unreadable();
        }
        catch (JsonException)
        {
            throw Unreadable();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await ReachAsync(request, completion, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return response;
    }

    private async Task<HttpResponseMessage> ReachAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new MarketLoopException($"The server at {server.Address} holds the folder but does not answer: {e.Message}.", isTransient: true, e);
        }
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        string body = await response.Content.ReadAsStringAsync(cancellationToken);
        int status = (int)response.StatusCode;
        response.Dispose();
        throw new MarketLoopException($"The server refused ({status}): {Describe(body)}", isTransient: status is 429 or 503);
    }

    private static string Describe(string body)
    {
        try
        {
            using JsonDocument problem = JsonDocument.Parse(body);
            string? detail = problem.RootElement.TryGetProperty("detail", out JsonElement text) ? text.GetString() : null;
            string fields = problem.RootElement.TryGetProperty("errors", out JsonElement errors) ? " " + errors.GetRawText() : "";
            return (detail ?? "no reason given") + fields;
        }
        catch (JsonException)
        {
            return "no reason given";
        }
    }

    private sealed record AudiencePage(IReadOnlyList<AudienceView> Items);

    private sealed record MergePage(IReadOnlyList<IdentityDecision> Items);

    private sealed record KeyPage(IReadOnlyList<SourceKey> Items);
}
