using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests.Intake;

/// <summary>Clients that behave badly: they get their answer, and the others go on.</summary>
public sealed class IntakeFaultTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task R_A10_the_same_batch_a_hundred_times_at_once_is_one_copy()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        string batch = $$"""{"batch":[{{string.Join(',', Enumerable.Range(0, 20).Select(i => $$"""{"type":"track","event":"x","userId":"u","messageId":"m{{i}}"}"""))}}]}""";

        int[] accepted = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using HttpResponseMessage answer = await host.PostAsync("/v1/batch", batch);
            return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Cancelled)).GetProperty("accepted").GetInt32();
        }));

        Assert.Equal(20, accepted.Sum());
        Assert.Equal(20, (await host.ReadAsync()).Count);
    }

    [Fact]
    public async Task R_A6_a_gzip_bomb_of_a_gigabyte_is_refused_and_takes_no_memory()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        byte[] bomb = Pack(1024);
        using HttpResponseMessage warm = await SendPackedAsync(host, bomb);
        long before = GC.GetTotalAllocatedBytes(precise: true);

        using HttpResponseMessage answer = await SendPackedAsync(host, bomb);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        using HttpResponseMessage fair = await host.PostAsync("/v1/batch", $$"""{"batch":[{"type":"track","event":"x","userId":"u"}],"x":"{{new string('x', 3_900_000)}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.InRange(allocated, 0, 32L * 1024 * 1024);
        Assert.Equal(HttpStatusCode.OK, fair.StatusCode);
    }

    [Fact]
    public async Task R_A7_bodies_beyond_the_room_are_put_off_and_the_room_comes_back()
    {
        await using IntakeHost host = await IntakeHost.StartAsync(("MaxBytesInFlight", "1048576"));
        string large = $$"""{"batch":[],"x":"{{new string('x', 2_000_000)}}"}""";

        using HttpResponseMessage refused = await host.PostAsync("/v1/batch", large);
        using HttpResponseMessage taken = await host.PostAsync("/v1/t", """{"event":"x","userId":"u"}""");

        Assert.Equal((HttpStatusCode.TooManyRequests, "1"), (refused.StatusCode, refused.Headers.GetValues("Retry-After").Single()));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task A_client_that_drips_is_cut_while_others_go_on()
    {
        await using IntakeHost host = await IntakeHost.StartAsync(("MaxBodyTime", "00:00:01"));
        using TcpClient drip = await ConnectAsync(host);
        NetworkStream line = drip.GetStream();
        await line.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nX-Write-Key: {host.Key}\r\nContent-Length: 4000000\r\n\r\n{{\"batch\":["), Cancelled);

        using StreamReader reader = new(line);
        Task<string?> cut = reader.ReadLineAsync(Cancelled).AsTask();
        int others = 0;
        while (!cut.IsCompleted)
        {
            using HttpResponseMessage answer = await host.PostAsync("/v1/t", """{"event":"x","userId":"u"}""");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            others++;
        }

        Assert.Equal("HTTP/1.1 408 Request Timeout", await cut);
        Assert.True(others > 0);
    }

    [Fact]
    public async Task A_thousand_idle_connections_do_not_stop_the_intake()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        List<TcpClient> idle = [];
        try
        {
            for (int i = 0; i < 1_000; i++)
            {
                idle.Add(await ConnectAsync(host));
            }

            using HttpResponseMessage answer = await host.PostAsync("/v1/t", """{"event":"x","userId":"u"}""");

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.All(idle, connection => Assert.True(connection.Connected));
        }
        finally
        {
            idle.ForEach(connection => connection.Dispose());
        }
    }

    [Fact]
    public async Task R_A5_five_percent_malformed_events_cost_only_themselves()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        const int batches = 20, events = 100;
        string[] faults = ["42", """{"type":"dance"}""", """{"type":"track","event":"Order Completed","userId":"u","properties":{"revenue":-1}}""", """{"type":"track","userId":"u"}""", "null"];

        for (int b = 0; b < batches; b++)
        {
            IEnumerable<string> items = Enumerable.Range(0, events).Select(i => i % 20 == 7 ? faults[(b + (i / 20)) % faults.Length] : $$"""{"type":"track","event":"x","userId":"u","messageId":"{{b}}-{{i}}"}""");
            using HttpResponseMessage answer = await host.PostAsync("/v1/batch", $$"""{"batch":[{{string.Join(',', items)}}]}""");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(batches * events * 95 / 100, (await host.ReadAsync()).Select(item => item.MessageId).Distinct().Count());
        Assert.Equal(batches * events * 5 / 100, host.Intake.Quarantine.Kept);
    }

    private static async Task<TcpClient> ConnectAsync(IntakeHost host)
    {
        TcpClient connection = new();
        await connection.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port, Cancelled); // the host set it
        return connection;
    }

    private static async Task<HttpResponseMessage> SendPackedAsync(IntakeHost host, byte[] body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/batch") { Content = new ByteArrayContent(body) };
        request.Headers.Add("X-Write-Key", host.Key);
        request.Content.Headers.ContentEncoding.Add("gzip");
        return await host.Client.SendAsync(request, Cancelled);
    }

    private static byte[] Pack(int megabytes)
    {
        byte[] blanks = new byte[1024 * 1024];
        Array.Fill(blanks, (byte)' ');
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int i = 0; i < megabytes; i++)
            {
                gzip.Write(blanks);
            }
        }

        return packed.ToArray();
    }
}
