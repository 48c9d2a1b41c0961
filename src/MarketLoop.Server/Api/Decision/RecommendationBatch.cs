using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Decision;

/// <summary>Lists for many customers at once, for e-mail: a line of JSON in, a line of JSON out, in constant memory, until the caller hangs up.</summary>
internal static class RecommendationBatch
{
    private const long LargestBody = 1L << 30;
    private const int LongestLine = 64 * 1024;
    private const int FlushEvery = 64 * 1024;
    private const string LinesOfJson = "application/x-ndjson";

    public static void MapRecommendationBatch(this RouteGroupBuilder decision) => decision
        .MapPost("/recommendations/batch", AnswerAsync)
        .RequireAuthorization(Policies.Secret)
        .WithSummary("NDJSON: a question as of POST /recommendations on each line, by the rules of the placement email; an answer line for each, in order. A bad line gets an error in its place and costs nothing else.");

    private static async Task AnswerAsync(HttpContext http, RecommendationReader reader, CancellationToken cancellationToken)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = LargestBody;
        }

        http.Response.ContentType = LinesOfJson;
        using Utf8JsonWriter writer = new(http.Response.BodyWriter, new JsonWriterOptions { Encoder = JsonFormat.Options.Encoder });
        PipeReader lines = http.Request.BodyReader;
        long number = 0;
        while (true)
        {
            ReadResult read = await lines.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = read.Buffer;
            while (TakeLine(ref buffer, read.IsCompleted, out ReadOnlySequence<byte> line))
            {
                number++;
                if (!IsBlank(line))
                {
                    await AnswerLineAsync(http, reader, writer, line, number, cancellationToken);
                }
            }

            if (buffer.Length > LongestLine)
            {
                Write(http, writer, number + 1, $"longer than {LongestLine} bytes; what follows was not read");
                await http.Response.BodyWriter.FlushAsync(cancellationToken);
                return;
            }

            lines.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                await http.Response.BodyWriter.FlushAsync(cancellationToken);
                return;
            }
        }
    }

    private static async Task AnswerLineAsync(HttpContext http, RecommendationReader reader, Utf8JsonWriter writer, ReadOnlySequence<byte> line, long number, CancellationToken cancellationToken)
    {
        if (Parse(line) is not { } question)
        {
            Write(http, writer, number, "not a JSON object of the form {\"customer\":\"u:ID\",\"count\":6}");
            return;
        }

        FieldErrors errors = RecommendationEndpoints.Check(question.Query);
        if (reader.Read(question, "email", errors) is not { } request)
        {
            Write(http, writer, number, string.Join("; ", errors.ByField.Select(fault => $"{fault.Key}: {string.Join(", ", fault.Value)}")));
            return;
        }

        (RankedList list, CustomerId? customer, bool isPersonal) = await reader.FindAsync(request, cancellationToken);
        BatchAnswer answer = new(number, question.Customer, null, isPersonal, list.Policy, [.. list.Items.Select(item => new BatchItem(item.Product, item.Score, item.Source, item.Reason))], list.Shortfall);
        Write(http, writer, answer);
        if (http.Response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: > FlushEvery })
        {
            await http.Response.BodyWriter.FlushAsync(cancellationToken);
        }
    }

    private static ListQuestion? Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            Utf8JsonReader json = new(line);
            return JsonSerializer.Deserialize<ListQuestion>(ref json, JsonFormat.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write(HttpContext http, Utf8JsonWriter writer, long number, string error) =>
        Write(http, writer, new BatchAnswer(number, null, error, null, null, null, null));

    private static void Write(HttpContext http, Utf8JsonWriter writer, BatchAnswer answer)
    {
        JsonSerializer.Serialize(writer, answer, JsonFormat.Options);
        writer.Flush();
        writer.Reset();
        http.Response.BodyWriter.Write("\n"u8);
    }

    private static bool TakeLine(ref ReadOnlySequence<byte> buffer, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        line = buffer;
        if (!isLast || buffer.IsEmpty)
        {
            return false;
        }

        buffer = buffer.Slice(buffer.End);
        return true;
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (ReadOnlyMemory<byte> part in line)
        {
            if (part.Span.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)'\r'))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A line of a batch's answer.</summary>
/// <param name="Line">Number of the line it answers, from 1.</param>
/// <param name="Customer">As it was asked.</param>
/// <param name="Error">Why there is no list; null when there is one.</param>
/// <param name="IsPersonal">False when nothing of the customer was looked at.</param>
/// <param name="Policy">What chose the products.</param>
/// <param name="Items">Best first.</param>
/// <param name="Shortfall">Why there are fewer than asked for; null when there are not.</param>
public sealed record BatchAnswer(long Line, string? Customer, string? Error, bool? IsPersonal, string? Policy, IReadOnlyList<BatchItem>? Items, LocalizedText? Shortfall);

/// <summary>A product of a batch's answer.</summary>
public sealed record BatchItem(ProductId Product, double Score, RecommendationSource Source, LocalizedText Reason);
