using System.Diagnostics;
using MarketLoop.Domain;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server.Hosting;

/// <summary>A kind of failure with its stable code, status and title. <c>/problems/{code}</c> explains it.</summary>
internal sealed record ProblemCode(string Code, int Status, string Title, string Cure)
{
    public static readonly ProblemCode Unauthorized = new("unauthorized", 401, "Not signed in", "Show a key, the folder's local token, or sign in to the dashboard.");
    public static readonly ProblemCode Forbidden = new("forbidden", 403, "Not allowed", "Use a key that may do this: a secret key for a server, the owner's sign-in for decisions.");
    public static readonly ProblemCode NotFound = new("not_found", 404, "Not found", "Check the address and the id.");
    public static readonly ProblemCode MethodNotAllowed = new("method_not_allowed", 405, "Wrong method", "See /docs for the methods of this address.");
    public static readonly ProblemCode Conflict = new("conflict", 409, "Conflict", "Something else is under way or came first; look and try again.");
    public static readonly ProblemCode TooLarge = new("too_large", 413, "Too large", "Send it in smaller parts.");
    public static readonly ProblemCode Unsupported = new("unsupported_media_type", 415, "Unsupported content type", "Send application/json.");
    public static readonly ProblemCode Invalid = new("invalid_request", 400, "The request cannot be read", "Check the JSON and the parameters; /docs shows their form.");
    public static readonly ProblemCode Validation = new("validation_failed", 422, "Some fields are not valid", "Every field at fault is listed under errors.");
    public static readonly ProblemCode TooMany = new("too_many_requests", 429, "Too many requests", "Wait as long as Retry-After says, in seconds.");
    public static readonly ProblemCode Unavailable = new("unavailable", 503, "Not available now", "Try again a little later.");
    public static readonly ProblemCode Unexpected = new("unexpected", 500, "Something went wrong here", "The log holds the cause under the trace id.");

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<ProblemCode> All =
    [
        Unauthorized, Forbidden, NotFound, MethodNotAllowed, Conflict, TooLarge, Unsupported, Invalid, Validation, TooMany, Unavailable, Unexpected,
    ];

    /// <summary>The code for a bare HTTP status.</summary>
    public static ProblemCode ForStatus(int status) => All.FirstOrDefault(code => code.Status == status) ?? (status >= 500 ? Unexpected : Invalid);
}

/// <summary>Makes and writes RFC 9457 problems of one shape.</summary>
internal static class Problems
{
    /// <summary>A problem as an endpoint's result.</summary>
    public static ProblemHttpResult Result(HttpContext http, ProblemCode code, string detail) => TypedResults.Problem(Details(http, code, detail));

    /// <summary>All faults of a request at once.</summary>
    public static ProblemHttpResult Result(HttpContext http, FieldErrors errors)
    {
        ProblemDetails details = Details(http, ProblemCode.Validation, $"{errors.Count} field(s) are not valid.");
        details.Extensions["errors"] = errors.ByField;
        return TypedResults.Problem(details);
    }

    /// <summary>Writes a problem as the answer, unless an answer began already.</summary>
    public static async Task WriteAsync(HttpContext http, ProblemCode code, string detail)
    {
        if (http.Response.HasStarted)
        {
            return;
        }

        http.Response.StatusCode = code.Status;
        await Result(http, code, detail).ExecuteAsync(http);
    }

    /// <summary>Answers an exception that no endpoint caught.</summary>
    public static Task AnswerExceptionAsync(HttpContext http)
    {
        Exception? trouble = http.Features.Get<IExceptionHandlerFeature>()?.Error;
        switch (trouble)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return WriteAsync(http, ProblemCode.TooLarge, "The body is larger than this address takes.");
            case BadHttpRequestException bad:
                return WriteAsync(http, ProblemCode.ForStatus(bad.StatusCode), bad.InnerException?.Message ?? bad.Message);
            case ArgumentException argument:
                return WriteAsync(http, ProblemCode.Invalid, argument.Message);
            case MarketLoopException outside:
                Log.RequestFailed(Logger(http), http.Request.Path, outside);
                http.Response.Headers.RetryAfter = "5";
                return WriteAsync(http, ProblemCode.Unavailable, outside.Message);
            case null:
                return WriteAsync(http, ProblemCode.Unexpected, ProblemCode.Unexpected.Title);
            default:
                Log.RequestFailed(Logger(http), http.Request.Path, trouble);
                return WriteAsync(http, ProblemCode.Unexpected, "The server could not finish this request.");
        }
    }

    private static ILogger Logger(HttpContext http) =>
        http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("MarketLoop.Server");

    private static ProblemDetails Details(HttpContext http, ProblemCode code, string detail)
    {
        ProblemDetails details = new()
        {
            Type = $"/problems/{code.Code}",
            Title = code.Title,
            Status = code.Status,
            Detail = detail,
            Instance = http.Request.Path,
        };
        details.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier;
        return details;
    }
}

/// <summary>Collects what is wrong with a request, field by field.</summary>
internal sealed class FieldErrors
{
    private readonly SortedDictionary<string, List<string>> byField = new(StringComparer.Ordinal);

    /// <summary>Fields at fault.</summary>
    public int Count => byField.Count;

    /// <summary>Faults by field.</summary>
    public IReadOnlyDictionary<string, string[]> ByField => byField.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray(), StringComparer.Ordinal);

    /// <summary>Notes a fault when the rule does not hold.</summary>
    public FieldErrors Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            if (!byField.TryGetValue(field, out List<string>? messages))
            {
                byField[field] = messages = [];
            }

            messages.Add(message);
        }

        return this;
    }
}
