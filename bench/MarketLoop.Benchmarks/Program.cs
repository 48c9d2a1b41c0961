using MarketLoop.Benchmarks;

string folder = args.Length > 1 ? args[1] : Directory.CreateTempSubdirectory("marketloop-bench-").FullName;
long events = long.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture);
string csv = Path.Combine(folder, "events.csv");
ShopEvents.WriteCsv(csv, 0, events, 10_000_000);
Console.WriteLine(new FileInfo(csv).Length / events + " bytes a row; body " + ShopEvents.BodyOf(3, 10_000_000).Length / 100.0);
for (int i = 0; i < 3; i++) Console.WriteLine(new DuckPeer(folder).Import(csv));
