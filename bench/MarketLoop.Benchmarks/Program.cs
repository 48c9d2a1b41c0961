using System.Text.Json;
using MarketLoop.Benchmarks;

BenchOptions? options = BenchOptions.Read(args, out string? trouble);
if (options is null)
{
    Console.Error.WriteLine($"error: {trouble}");
    return 2;
}

IntakeBench bench = new(options, Console.WriteLine);
Dictionary<string, object> figures = await bench.RunAsync();
JsonSerializerOptions format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
await File.WriteAllTextAsync(options.Report, JsonSerializer.Serialize(figures, format));
return 0;
