using System.CommandLine;

namespace MarketLoop.Cli.Terminal;

/// <summary>Options that several verbs share, so that they are named and explained alike.</summary>
internal static class SharedOptions
{
    /// <summary>Port of <c>serve</c> when nothing is said.</summary>
    public const int DefaultPort = 8080;

    public static Option<int> Port(int defaultPort)
    {
        Option<int> port = new("--port") { Description = "Port to listen on; 0 picks a free one.", HelpName = "N", DefaultValueFactory = _ => defaultPort };
        port.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 0 or > 65_535)
            {
                result.AddError("--port: 0 to 65535.");
            }
        });
        return port;
    }

    public static Option<string> Data() => new("--data")
    {
        Description = "The data folder: one shop, its whole state.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "data",
    };

    public static Option<DateTimeOffset?> Moment(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DATE",
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
            const System.Globalization.DateTimeStyles styles = System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal;
            if (DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, styles, out DateTimeOffset moment))
            {
                return moment;
            }

            result.AddError($"{name}: '{text}' is no date. Write it as 2011-11-01 or 2011-11-01T12:00:00Z.");
            return null;
        },
    };
}
