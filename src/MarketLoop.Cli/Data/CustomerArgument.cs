using MarketLoop.Cli.Terminal;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Data;

/// <summary>A customer as written on the command line.</summary>
internal static class CustomerArgument
{
    /// <summary>Reads u:USERID, a:ANONYMOUSID, or a bare user id.</summary>
    /// <exception cref="UsageException">Nothing is written.</exception>
    public static CustomerId Read(string text, string argument) => CustomerId.TryParse(text, out CustomerId id)
        ? id
        : !string.IsNullOrWhiteSpace(text) ? CustomerId.Known(text) : throw new UsageException($"{argument}: name a customer, such as u:alice.");
}
