using MarketLoop.Analysis.Models;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>A book with what is needed to ask it: prices, catalogue, models in force, how interests are weighed. Good only as long as whoever lent it says.</summary>
internal sealed record BookView(FeatureBook Book, PriceScale Prices, ServingModels Models, IReadOnlyDictionary<ProductId, Product> Products, InterestOptions Interests);
