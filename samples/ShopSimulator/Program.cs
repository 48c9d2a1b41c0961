using ShopSimulator.Reporting;
using ShopSimulator.Shop;
using ShopSimulator.Wire;
using ShopSimulator.World;

namespace ShopSimulator;

/// <summary>A demo shop whose customers live through MarketLoop's public HTTP API.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments.Any(argument => argument is "--help" or "-h"))
        {
            Terminal.WriteOut(SimulatorOptions.Usage);
            return 0;
        }

        SimulatorOptions options;
        try
        {
            options = SimulatorOptions.Parse(arguments);
        }
        catch (FormatException mistake)
        {
            Terminal.WriteError(mistake.Message);
            Terminal.WriteError(SimulatorOptions.Usage);
            return 2;
        }

        using CancellationTokenSource stop = new();
        Terminal.OnInterrupt(stop.Cancel);
        try
        {
            return await RunAsync(options, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Terminal.WriteError("stopped");
            return 1;
        }
        catch (Exception trouble) when (trouble is InvalidOperationException or HttpRequestException or IOException or System.Text.Json.JsonException)
        {
            Terminal.WriteError(trouble.Message);
            return 1;
        }
    }

    private static async Task<int> RunAsync(SimulatorOptions options, CancellationToken cancellationToken)
    {
        ShopWorld world = ShopWorld.Create(options.Seed, options.Customers, options.AllDays);
        using HttpShopServer? http = options.DryRun ? null : new HttpShopServer(options, world.Catalogue, TimeProvider.System);
        IShopServer server = http ?? (IShopServer)new DryRunServer(world.Catalogue, world.Shoppers, world.Tastes, world.Draws);
        using Simulation simulation = new(options, world, server, NextMonday(await server.ReadClockAsync(cancellationToken)), Terminal.WriteError);
        await simulation.RunAsync(cancellationToken);

        SimulationReport report = ReportBuilder.Build(options, world.Catalogue.Products.Length, simulation.Results);
        if (options.Report is not null)
        {
            byte[] json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.SimulationReport);
            await File.WriteAllBytesAsync(options.Report, json, cancellationToken);
        }

        Terminal.WriteOut(ReportText.Write(report));
        if (simulation.Results.FirstRejection is string rejection)
        {
            Terminal.WriteError($"the server rejected events, first: {rejection}");
        }

        if (options.ShopPort is int port && http is not null)
        {
            await OpenShopAsync(options, port, simulation, http, cancellationToken);
        }

        return 0;
    }

    // The days are over and the report is written: what people do from here on changes no figure of it.
    private static async Task OpenShopAsync(SimulatorOptions options, int port, Simulation simulation, HttpShopServer server, CancellationToken cancellationToken)
    {
        await using ShopSite site = await ShopSite.OpenAsync(options, port, simulation, server, cancellationToken);
        await server.PutProductsAsync(CatalogueWriter.Write(simulation.World.Catalogue, site.Address), cancellationToken);
        await server.ReleaseClockAsync(cancellationToken);
        Terminal.WriteOut($"Shop ready on {site.Address}shop");
        await site.ServeAsync(TimeProvider.System, cancellationToken);
    }

    // Weeks begin alike in every run, whatever day the server's clock stands at.
    private static DateTimeOffset NextMonday(DateTimeOffset now)
    {
        DateTimeOffset midnight = new(now.UtcDateTime.Date, TimeSpan.Zero);
        while (midnight < now || midnight.DayOfWeek != DayOfWeek.Monday)
        {
            midnight = midnight.AddDays(1);
        }

        return midnight;
    }
}
