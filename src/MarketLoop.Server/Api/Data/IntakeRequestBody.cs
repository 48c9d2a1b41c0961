using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MarketLoop.Server.Api.Data;

/// <summary>Why a body could not be read.</summary>
internal enum BodyFault
{
    None,
    TooLarge,
    Damaged,
}

/// <summary>A request's body in memory, unpacked and never larger than allowed, whatever the packed size was.</summary>
internal sealed class IntakeRequestBody : IDisposable
{
    // So much of a refused body is still read, that the client gets to the answer instead of a broken connection.
    private const long MostBytesOnTheWire = 64L * 1024 * 1024;
    private const int FirstBuffer = 16 * 1024;
    private byte[]? buffer;
    private int length;

    private IntakeRequestBody(int size) => buffer = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>Whether it could be read.</summary>
    public BodyFault Fault { get; private set; }

    /// <summary>The bytes; valid until disposed.</summary>
    public ReadOnlyMemory<byte> Content => buffer.AsMemory(0, length);

    /// <summary>Reads a body. The content type is not asked; gzip is recognised by its header or its first bytes.</summary>
    public static async Task<IntakeRequestBody> ReadAsync(HttpContext http, int maxBytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytesOnTheWire;
        }

        IntakeRequestBody body = new((int)Math.Clamp(http.Request.ContentLength ?? FirstBuffer, FirstBuffer, maxBytes + 1));
        try
        {
            await body.FillAsync(http, maxBytes);
            return body;
        }
        catch (InvalidDataException)
        {
            return body.Refuse(BodyFault.Damaged);
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return body.Refuse(BodyFault.TooLarge);
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
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = null;
            length = 0;
        }
    }

    private static async Task<Stream> OpenAsync(HttpContext http)
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
        ReadResult start = await reader.ReadAtLeastAsync(2, http.RequestAborted);
        bool isGzip = start.Buffer.Length >= 2 && start.Buffer.Slice(0, 2).ToArray() is [0x1F, 0x8B];
        reader.AdvanceTo(start.Buffer.Start);
        Stream content = reader.AsStream(leaveOpen: true);
        return isGzip ? new GZipStream(content, CompressionMode.Decompress) : content;
    }

    private async Task FillAsync(HttpContext http, int maxBytes)
    {
        await using Stream content = await OpenAsync(http);
        int read;
        while ((read = await content.ReadAsync(buffer.AsMemory(length), http.RequestAborted)) > 0)
        {
            length += read;
            if (length > maxBytes)
            {
                Refuse(BodyFault.TooLarge);
                return;
            }

            if (length == buffer!.Length) // not disposed while it is filled
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
    }

    private IntakeRequestBody Refuse(BodyFault fault)
    {
        Dispose();
        Fault = fault;
        return this;
    }
}
