using System.Text.Json;
using MarketLoop.Benchmarks;

BenchOptions? options = BenchOptions.Read(args, out string? trouble);
if (options is null)
{
    Console.Error.WriteLine($"error: {trouble}");
    return 2;
}

Dictionary<string, object> figures = await Benches.All[options.Name](options, Console.WriteLine);
JsonSerializerOptions format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
await File.WriteAllTextAsync(options.Report, JsonSerializer.Serialize(figures, format));
return 0;
