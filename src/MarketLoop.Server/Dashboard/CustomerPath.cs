using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard;

/// <summary>Where a customer's page is.</summary>
internal static class CustomerPath
{
    /// <summary>Path of the page, the id escaped.</summary>
    public static string Of(CustomerId customer) => "/customers/" + Uri.EscapeDataString(customer.ToString());
}
