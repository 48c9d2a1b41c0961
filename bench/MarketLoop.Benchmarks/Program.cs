using System.Text.Json;
using MarketLoop.Benchmarks;

BenchOptions? options = BenchOptions.Read(args, out string? trouble);
if (options is null)
{
    Console.Error.WriteLine($"error: {trouble}");
    return 2;
}

void Note(string line) => Console.Error.WriteLine(line);
IntakeBench bench = new(options, Note);
Dictionary<string, object> figures = await bench.RunAsync();
JsonSerializerOptions format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
Console.WriteLine(JsonSerializer.Serialize(figures, format));
return 0;
