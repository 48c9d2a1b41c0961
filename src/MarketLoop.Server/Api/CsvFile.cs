using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MarketLoop.Server.Api;

/// <summary>A table to save: UTF-8 with its mark, by which spreadsheets know it.</summary>
internal static class CsvFile
{
    public static FileContentHttpResult Of(string text, string name) => TypedResults.File([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)], "text/csv; charset=utf-8", name);
}
