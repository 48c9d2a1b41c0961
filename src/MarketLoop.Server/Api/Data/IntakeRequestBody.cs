using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using MarketLoop.Data.Intake;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MarketLoop.Server.Api.Data;

/// <summary>Why a body could not be read.</summary>
internal enum BodyFault
{
    None,
    TooLarge,
    Damaged,
    TooSlow,
    NoRoom,
}

/// <summary>Bytes that all bodies in flight may take together: many small ones or a few large ones. Thread-safe.</summary>
internal sealed class BodyRoom(long bytes)
{
    private long free = bytes;

    /// <summary>Takes some, or says that there is no room.</summary>
    public bool TryTake(int count)
    {
        if (Interlocked.Add(ref free, -count) >= 0)
        {
            return true;
        }

        Interlocked.Add(ref free, count);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void GiveBack(int count) => Interlocked.Add(ref free, count);
}

/// <summary>A request's body in memory, unpacked and never larger than allowed, whatever the packed size was.</summary>
internal sealed class IntakeRequestBody : IDisposable
{
    // So much of a refused body is still read, that the client gets to the answer instead of a broken connection.
    private const long MostBytesOnTheWire = 64L * 1024 * 1024;
    private const int FirstBuffer = 16 * 1024;
    private const int LargestFirstBuffer = 128 * 1024;
    private readonly BodyRoom room;
    private byte[]? buffer;
    private int length;

    private IntakeRequestBody(BodyRoom room) => this.room = room;

    /// <summary>Whether it could be read.</summary>
    public BodyFault Fault { get; private set; }

    /// <summary>The bytes; valid until disposed.</summary>
    public ReadOnlyMemory<byte> Content => buffer.AsMemory(0, length);

    /// <summary>Reads a body. The content type is not asked; gzip is recognised by its header or its first bytes.</summary>
    /// <remarks>Memory follows what really came, not what a header promises, so many slow clients together hold little.</remarks>
    public static async Task<IntakeRequestBody> ReadAsync(HttpContext http, IntakeOptions options, BodyRoom room)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytesOnTheWire;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(options.MaxBodyTime);
        IntakeRequestBody body = new(room);
        try
        {
            if (body.Grow((int)Math.Clamp(http.Request.ContentLength ?? FirstBuffer, FirstBuffer, LargestFirstBuffer)))
            {
                await body.FillAsync(http, options.MaxBodyBytes, patience.Token);
            }

            return body;
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return body.Refuse(BodyFault.TooSlow);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or InvalidOperationException)
        {
            // Gzip says invalid data, Brotli an invalid operation.
            return body.Refuse(BodyFault.Damaged);
        }
        catch (BadHttpRequestException refused)
        {
            return body.Refuse(refused.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => BodyFault.TooLarge,
                StatusCodes.Status408RequestTimeout => BodyFault.TooSlow,
                _ => BodyFault.Damaged,
            });
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (buffer is not null)
        {
            room.GiveBack(buffer.Length);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = null;
            length = 0;
        }
    }

    private static async Task<Stream> OpenAsync(HttpContext http, CancellationToken cancellationToken)
    {
        PipeReader reader = http.Request.BodyReader;
        string encoding = http.Request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant();
        if (encoding is "br")
        {
            return new BrotliStream(reader.AsStream(leaveOpen: true), CompressionMode.Decompress);
        }

        if (encoding is "deflate")
        {
            return new ZLibStream(reader.AsStream(leaveOpen: true), CompressionMode.Decompress);
        }

        // By its first bytes, too: no JSON begins like gzip, and proxies are known to drop the header.
        ReadResult start = await reader.ReadAtLeastAsync(2, cancellationToken);
        bool isGzip = start.Buffer.Length >= 2 && start.Buffer.Slice(0, 2).ToArray() is [0x1F, 0x8B];
        reader.AdvanceTo(start.Buffer.Start);
        Stream content = reader.AsStream(leaveOpen: true);
        return isGzip ? new GZipStream(content, CompressionMode.Decompress) : content;
    }

    private async Task FillAsync(HttpContext http, int maxBytes, CancellationToken cancellationToken)
    {
        await using Stream content = await OpenAsync(http, cancellationToken);
        int read;
        while ((read = await content.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0)
        {
            length += read;
            if (length > maxBytes)
            {
                Refuse(BodyFault.TooLarge);
                return;
            }

            if (length == buffer!.Length && !Grow(buffer.Length * 2)) // not disposed while it is filled
            {
                return;
            }
        }
    }

    private bool Grow(int size)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(size);
        if (!room.TryTake(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            Refuse(BodyFault.NoRoom);
            return false;
        }

        int kept = length;
        buffer.AsSpan(0, kept).CopyTo(larger);
        Dispose();
        (buffer, length) = (larger, kept);
        return true;
    }

    private IntakeRequestBody Refuse(BodyFault fault)
    {
        Dispose();
        Fault = fault;
        return this;
    }
}
