namespace MarketLoop.Analysis.Audiences;

/// <summary>Exports as CSV that a spreadsheet opens without running anything.</summary>
public static class AudienceFiles
{
    /// <summary>A table of groups; what is hidden is an empty cell.</summary>
    public static string Write(AudienceTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        SafeCsv csv = new();
        csv.Row("value", "customers", "orders", "revenue");
        foreach (AudienceCell cell in table.Cells)
        {
            csv.Row(cell.Value, cell.Customers, cell.Orders, cell.Revenue);
        }

        return csv.ToString();
    }

    /// <summary>A list of members.</summary>
    public static string Write(IReadOnlyList<AudienceMember> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        SafeCsv csv = new();
        csv.Row("customer", "segment", "orders", "monetary", "recencyDays", "idleDays", "purchaseProbability");
        foreach (AudienceMember member in members)
        {
            csv.Row(member.Customer.ToString(), member.Segment?.English, member.Orders, member.Monetary, Math.Round(member.RecencyDays, 2), Math.Round(member.IdleDays, 2), member.PurchaseProbability);
        }

        return csv.ToString();
    }
}
