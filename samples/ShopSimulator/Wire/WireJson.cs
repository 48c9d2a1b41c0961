using System.Text.Json;
using System.Text.Json.Serialization;

namespace ShopSimulator.Wire;

/// <summary>Body of <c>POST /api/v1/clock</c>.</summary>
internal sealed record ClockWish(DateTimeOffset Now, bool Turn);

/// <summary>The last body of <c>POST /api/v1/clock</c>: from here on it runs by itself.</summary>
internal sealed record ClockRelease(bool Runs, bool Turn);

/// <summary>Shapes the simulator sends, generated for speed.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ClockWish))]
[JsonSerializable(typeof(ClockRelease))]
internal sealed partial class WireJson : JsonSerializerContext;
