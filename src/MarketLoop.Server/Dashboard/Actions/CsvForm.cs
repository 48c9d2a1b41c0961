using MarketLoop.Data.Importing;
using Microsoft.AspNetCore.Http;

namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>The fields of the mapping form.</summary>
internal static class CsvForm
{
    /// <summary>Fields with the column chosen for each.</summary>
    public static (string Field, string? Column)[] Fields(ColumnMapping mapping) =>
    [
        ("customer", mapping.Customer), ("time", mapping.Time), ("order", mapping.Order), ("product", mapping.Product), ("name", mapping.Name),
        ("category", mapping.Category), ("quantity", mapping.Quantity), ("price", mapping.Price), ("event", mapping.Event),
    ];

    /// <summary>The mapping as the form was filled in.</summary>
    public static ColumnMapping Read(IFormCollection form) => new()
    {
        Customer = Field(form, "customer"),
        Time = Field(form, "time"),
        Order = Field(form, "order"),
        Product = Field(form, "product"),
        Name = Field(form, "name"),
        Category = Field(form, "category"),
        Quantity = Field(form, "quantity"),
        Price = Field(form, "price"),
        Event = Field(form, "event"),
        TimeFormat = Field(form, "timeFormat"),
    };

    private static string? Field(IFormCollection form, string name) => form.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value.ToString() : null;
}
