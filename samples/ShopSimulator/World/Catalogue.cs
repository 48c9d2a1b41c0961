using System.Globalization;
using ShopSimulator.Randomness;

namespace ShopSimulator.World;

/// <summary>The demo shop's products, the same for every seed's shop but for prices, stock and hidden appeal.</summary>
internal sealed class Catalogue
{
    /// <summary>Hidden dimensions of style in which products differ and customers lean.</summary>
    public const int StyleDimensions = 4;

    private const int ProductsPerCategory = 42;

    private Catalogue(ShopProduct[] products)
    {
        Products = products;
        ByCategory = [.. Enumerable.Range(0, Categories.Length)
            .Select(category => products.Where(product => product.Category == category).Select(product => product.Index).ToArray())];
        IndexOf = products.ToDictionary(product => product.Id, product => product.Index, StringComparer.Ordinal);
    }

    /// <summary>Categories by index.</summary>
    public static CategoryWords[] Categories => CatalogueWords.Categories;

    /// <summary>Brands by index.</summary>
    public static BrandWords[] Brands => CatalogueWords.Brands;

    /// <summary>Products by index.</summary>
    public ShopProduct[] Products { get; }

    /// <summary>Product indexes of each category.</summary>
    public int[][] ByCategory { get; }

    /// <summary>Product index by product id.</summary>
    public Dictionary<string, int> IndexOf { get; }

    /// <summary>Composes the catalogue of a seed.</summary>
    public static Catalogue Build(Draws draws)
    {
        List<ShopProduct> products = [];
        for (int category = 0; category < Categories.Length; category++)
        {
            AddCategory(products, category, draws);
        }

        return new Catalogue([.. products]);
    }

    private static void AddCategory(List<ShopProduct> products, int category, Draws draws)
    {
        CategoryWords words = Categories[category];
        int[] brands = [.. Enumerable.Range(0, Brands.Length).Where(brand => Brands[brand].Categories.Contains(words.Tag, StringComparer.Ordinal))];
        int pairs = words.Makes.Length * words.Nouns.Length;
        int[] order = draws.Permutation(pairs, Purpose.Catalogue, 1000 + category);
        for (int number = 0; number < ProductsPerCategory; number++)
        {
            int index = products.Count;
            Words make = words.Makes[order[number] % words.Makes.Length];
            Words noun = words.Nouns[order[number] / words.Makes.Length];
            int brand = brands[draws.Index(brands.Length, Purpose.Catalogue, 2000 + index)];
            double relative = words.Spread * Math.Clamp(draws.Normal(Purpose.Catalogue, 3000 + index), -2.2, 2.2);
            products.Add(new ShopProduct(
                index,
                string.Create(CultureInfo.InvariantCulture, $"P{index + 1:D4}"),
                $"{Brands[brand].English} {make.English} {noun.English}",
                $"{Brands[brand].Chinese}{make.Chinese}{noun.Chinese}",
                category,
                brand,
                RoundPrice(words.MedianPrice * Math.Exp(relative)),
                draws.Chance(0.03, Purpose.Catalogue, 4000 + index) ? 0 : 20 + draws.Index(400, Purpose.Catalogue, 5000 + index),
                relative,
                draws.Normal(Purpose.Catalogue, 6000 + index),
                [.. Enumerable.Range(0, StyleDimensions).Select(dimension => draws.Normal(Purpose.Catalogue, 7000 + index, dimension))]));
        }
    }

    // Prices as shops write them: 39.90, 128, 259.
    private static decimal RoundPrice(double price) => price < 100
        ? Math.Floor((decimal)price) + 0.9m
        : Math.Floor((decimal)price / 10m) * 10m + (Math.Floor((decimal)price) % 2 == 0 ? 8m : 9m);
}
