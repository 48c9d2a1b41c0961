using MarketLoop.Domain;

namespace MarketLoop.Data.Identity;

/// <summary>Reads the id of a customer who showed nothing but a key.</summary>
public static class CustomerKey
{
    /// <summary>Which key it is: <c>email</c>, <c>phone</c> or <c>card</c>; null when the id is no key's.</summary>
    public static string? KindOf(CustomerId customer) => customer.IsAnonymous && CustomerKeys.KindOf(customer.Value) is ("email" or "phone" or "card") and var kind ? kind : null;
}
